// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "dims/v1/query.grpc.pb.h"
#include "server/audit/audit_log.h"
#include "server/ingest/agent_presence.h"
#include "server/registry/registry.h"
#include "server/rpc/caller.h"
#include "server/rpc/query_pool.h"
#include "server/rpc/running_queries.h"
#include "server/rpc/tail_hub.h"
#include "server/store/commit/live_reader.h"
#include "server/store/manifest.h"

namespace dims {

// What questions need of the rest of the server.
struct QuerySources {
  std::function<std::shared_ptr<const Manifest>()> manifest;
  std::function<absl::StatusOr<v1::StatusResponse>()> status;
  // Friend or foe, owner and indicators of one value; sightings are the service's own.
  std::function<v1::LookupResult(const std::string& value, Tlp ceiling)> look;
};

// The analysts' door: searches stream their answers, every query is an audit row before it runs,
// and every answer ends with its completeness line. Queries run on a pool, so gRPC's threads are
// never held; each ends after deadline_max at the latest. Thread: gRPC's. The collaborators outlive
// the gRPC server.
class QueryService final : public v1::Query::CallbackService {
 public:
  QueryService(Registry& registry, AuditLog& audit, AgentPresence& presence, LiveReader& live,
               QueryPool& pool, TailHub& tails, Clock& clock, absl::Duration deadline_max,
               QuerySources sources)
      : callers_(registry),
        registry_(registry),
        audit_(audit),
        presence_(presence),
        live_(live),
        pool_(pool),
        tails_(tails),
        clock_(clock),
        deadline_max_(deadline_max),
        sources_(std::move(sources)) {}

  // Ends what this user's searches and look-ups are doing, and what they have waiting.
  void CutUser(absl::string_view user, const absl::Status& why) { running_.CutUser(user, why); }

  grpc::ServerWriteReactor<v1::SearchResponse>* Search(grpc::CallbackServerContext* context,
                                                       const v1::SearchRequest* request) override;
  grpc::ServerWriteReactor<v1::SearchResponse>* Tail(grpc::CallbackServerContext* context,
                                                     const v1::TailRequest* request) override;
  grpc::ServerUnaryReactor* Lookup(grpc::CallbackServerContext* context,
                                   const v1::LookupRequest* request,
                                   v1::LookupResponse* response) override;
  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* ListGaps(grpc::CallbackServerContext* context,
                                     const v1::ListGapsRequest* request,
                                     v1::ListGapsResponse* response) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const v1::StatusRequest* request,
                                   v1::StatusResponse* response) override;

 private:
  absl::StatusOr<v1::Completeness> RunSearch(
      const UserCaller& caller, const v1::SearchRequest& request,
      const std::atomic<bool>& cancelled,
      const std::function<absl::Status(v1::SearchResponse)>& send);
  absl::Status Follow(const UserCaller& caller, const v1::TailRequest& request,
                      const std::shared_ptr<AnswerStream>& stream);
  absl::Status RunLookup(const UserCaller& caller, const v1::LookupRequest& request,
                         const std::atomic<bool>& cancelled, v1::LookupResponse& response);
  v1::Completeness CompletenessOf(const UserCaller& caller, const v1::SearchRequest& request) const;

  const Callers callers_;
  Registry& registry_;
  AuditLog& audit_;
  AgentPresence& presence_;
  LiveReader& live_;
  QueryPool& pool_;
  TailHub& tails_;
  RunningQueries running_;
  Clock& clock_;
  const absl::Duration deadline_max_;
  const QuerySources sources_;
};

}  // namespace dims

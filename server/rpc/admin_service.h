// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>

#include "common/base/clock.h"
#include "dims/v1/admin.grpc.pb.h"
#include "server/audit/audit_log.h"
#include "server/authority/authority.h"
#include "server/ingest/agent_presence.h"
#include "server/registry/registry.h"
#include "server/rpc/caller.h"
#include "server/rpc/query_pool.h"

namespace dims {

// What else an operator can have done, by parts the rpc house does not know.
struct AdminActions {
  // Seals every open row; (rows, blocks).
  std::function<absl::StatusOr<std::pair<std::uint64_t, std::uint64_t>>()> seal_store;
  // Checks every sealed block.
  std::function<absl::StatusOr<v1::VerifyStoreResponse>()> verify_store;
  // Replaces a provider's indicators by the CSV.
  std::function<absl::StatusOr<v1::ImportIntelResponse>(const std::string& provider,
                                                        const std::string& csv)>
      import_intel;
  // An operator let an agent come back: a pair of clones that was refused may try again.
  std::function<void(const std::string& agent)> agent_resumed;
  // The netmap must be made anew: sites changed.
  std::function<void()> sites_changed;
  // What the site is asked changed: tell its agents.
  std::function<void(const std::string& site)> directives_changed;
  // Of a site that is added without a time of its own.
  absl::Duration silent_after = kDefaultSilentAfter;
};

// The operators' door. Every act is written to the audit log first: when that cannot be committed,
// the act does not happen (fail closed). Roles: operators everything; analysts and sites may list
// what they may see. Thread: gRPC's; what takes long (seal, verify) runs on `pool`, so that no
// thread of gRPC's is held. The collaborators outlive the gRPC server.
class AdminService final : public v1::Admin::CallbackService {
 public:
  AdminService(Registry& registry, Authority& authority, AuditLog& audit, AgentPresence& presence,
               QueryPool& pool, Clock& clock, AdminActions actions)
      : callers_(registry),
        registry_(registry),
        authority_(authority),
        audit_(audit),
        presence_(presence),
        pool_(pool),
        clock_(clock),
        actions_(std::move(actions)) {}

  grpc::ServerUnaryReactor* AddSite(grpc::CallbackServerContext* context,
                                    const v1::AddSiteRequest* request,
                                    v1::AddSiteResponse* response) override;
  grpc::ServerUnaryReactor* ListSites(grpc::CallbackServerContext* context,
                                      const v1::ListSitesRequest* request,
                                      v1::ListSitesResponse* response) override;
  grpc::ServerUnaryReactor* InviteAgent(grpc::CallbackServerContext* context,
                                        const v1::InviteAgentRequest* request,
                                        v1::InviteResponse* response) override;
  grpc::ServerUnaryReactor* ListAgents(grpc::CallbackServerContext* context,
                                       const v1::ListAgentsRequest* request,
                                       v1::ListAgentsResponse* response) override;
  grpc::ServerUnaryReactor* SetAgentState(grpc::CallbackServerContext* context,
                                          const v1::SetAgentStateRequest* request,
                                          v1::SetAgentStateResponse* response) override;
  grpc::ServerUnaryReactor* InviteUser(grpc::CallbackServerContext* context,
                                       const v1::InviteUserRequest* request,
                                       v1::InviteResponse* response) override;
  grpc::ServerUnaryReactor* ChangeUser(grpc::CallbackServerContext* context,
                                       const v1::ChangeUserRequest* request,
                                       v1::ChangeUserResponse* response) override;
  grpc::ServerUnaryReactor* ListUsers(grpc::CallbackServerContext* context,
                                      const v1::ListUsersRequest* request,
                                      v1::ListUsersResponse* response) override;
  grpc::ServerUnaryReactor* SetUserState(grpc::CallbackServerContext* context,
                                         const v1::SetUserStateRequest* request,
                                         v1::SetUserStateResponse* response) override;
  grpc::ServerUnaryReactor* ListAudit(grpc::CallbackServerContext* context,
                                      const v1::ListAuditRequest* request,
                                      v1::ListAuditResponse* response) override;
  grpc::ServerUnaryReactor* VerifyAudit(grpc::CallbackServerContext* context,
                                        const v1::VerifyAuditRequest* request,
                                        v1::VerifyAuditResponse* response) override;
  grpc::ServerUnaryReactor* AddDirective(grpc::CallbackServerContext* context,
                                         const v1::AddDirectiveRequest* request,
                                         v1::AddDirectiveResponse* response) override;
  grpc::ServerUnaryReactor* ListDirectives(grpc::CallbackServerContext* context,
                                           const v1::ListDirectivesRequest* request,
                                           v1::ListDirectivesResponse* response) override;
  grpc::ServerUnaryReactor* RemoveDirective(grpc::CallbackServerContext* context,
                                            const v1::RemoveDirectiveRequest* request,
                                            v1::RemoveDirectiveResponse* response) override;
  grpc::ServerReadReactor<v1::ImportIntelRequest>* ImportIntel(
      grpc::CallbackServerContext* context, v1::ImportIntelResponse* response) override;
  grpc::ServerUnaryReactor* SealStore(grpc::CallbackServerContext* context,
                                      const v1::SealStoreRequest* request,
                                      v1::SealStoreResponse* response) override;
  grpc::ServerUnaryReactor* VerifyStore(grpc::CallbackServerContext* context,
                                        const v1::VerifyStoreRequest* request,
                                        v1::VerifyStoreResponse* response) override;
  grpc::ServerUnaryReactor* RenewUser(grpc::CallbackServerContext* context,
                                      const v1::RenewUserRequest* request,
                                      v1::RenewUserResponse* response) override;

 private:
  grpc::ServerUnaryReactor* RunOnPool(grpc::CallbackServerContext* context,
                                      std::function<absl::Status()> job);
  // `act` with `object` by the caller, who must be an operator: audited, then done, then its
  // outcome audited if it failed.
  absl::Status Operate(const grpc::CallbackServerContext& context, absl::string_view act,
                       absl::string_view object, absl::string_view detail,
                       const std::function<absl::Status(const UserCaller&)>& done);

  const Callers callers_;
  Registry& registry_;
  Authority& authority_;
  AuditLog& audit_;
  AgentPresence& presence_;
  QueryPool& pool_;
  Clock& clock_;
  const AdminActions actions_;
};

}  // namespace dims

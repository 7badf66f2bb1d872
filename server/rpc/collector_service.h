// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "dims/v1/collector.grpc.pb.h"
#include "server/ingest/ingest.h"
#include "server/rpc/stream_table.h"

namespace dims {

// The main port's door for agents: streams of batches, and new certificates.
//
// Who calls is decided by `identify` from the connection's certificate on every call, deny by
// default; no field of a message counts. Thread: gRPC's. The collaborators outlive the gRPC server.
class CollectorService final
    : public v1::Collector::WithCallbackMethod_Renew<
          v1::Collector::WithRawCallbackMethod_Stream<v1::Collector::Service>> {
 public:
  using Identify = std::function<absl::StatusOr<AgentRef>(const grpc::CallbackServerContext&)>;
  using Renewal = std::function<absl::StatusOr<v1::RenewResponse>(
      const grpc::CallbackServerContext&, const v1::RenewRequest&)>;

  CollectorService(Identify identify, Renewal renew, Ingest& ingest, StreamTable& streams,
                   Clock& clock)
      : identify_(std::move(identify)),
        renew_(std::move(renew)),
        ingest_(ingest),
        streams_(streams),
        clock_(clock) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Stream(
      grpc::CallbackServerContext* context) override;

  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                  const v1::RenewRequest* request,
                                  v1::RenewResponse* response) override;

 private:
  const Identify identify_;
  const Renewal renew_;
  Ingest& ingest_;
  StreamTable& streams_;
  Clock& clock_;
};

}  // namespace dims

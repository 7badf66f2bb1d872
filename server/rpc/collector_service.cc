// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/collector_service.h"

#include <memory>
#include <utility>

#include "common/grpc/status_bridge.h"
#include "server/rpc/collector_stream.h"

namespace dims {
namespace {

// A stream that ends at once: its caller may not have one.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const absl::Status& why) { Finish(ToGrpc(why)); }

  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* CollectorService::Stream(
    grpc::CallbackServerContext* context) {
  absl::StatusOr<AgentRef> from = identify_(*context);
  if (!from.ok())
    return new RefusedStream(from.status());  // deletes itself when gRPC is done with it
  return CollectorStream::Start(
      std::make_shared<CollectorStream>(*std::move(from), *context, ingest_, streams_, clock_));
}

grpc::ServerUnaryReactor* CollectorService::Renew(grpc::CallbackServerContext* context,
                                                  const v1::RenewRequest* request,
                                                  v1::RenewResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<AgentRef> from = identify_(*context);
  absl::StatusOr<v1::RenewResponse> renewed =
      from.ok() ? renew_(*context, *request) : absl::StatusOr<v1::RenewResponse>(from.status());
  if (renewed.ok()) *response = std::move(*renewed);
  reactor->Finish(ToGrpc(renewed.status()));
  return reactor;
}

}  // namespace dims

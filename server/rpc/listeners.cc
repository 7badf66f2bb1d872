// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/listeners.h"

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/deadline.h"

namespace dims {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(2);

absl::StatusOr<std::unique_ptr<grpc::Server>> Listen(
    grpc::ServerBuilder& builder, const std::string& address,
    std::shared_ptr<grpc::ServerCredentials> credentials,
    const std::vector<grpc::Service*>& services, int& port) {
  builder.AddListeningPort(address, std::move(credentials), &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", address, ": is it in use, or not an address of this machine?"));
  }
  return server;
}

void StopOne(std::unique_ptr<grpc::Server>& server) {
  if (server == nullptr) return;
  server->Shutdown(DeadlineIn(kStopGrace));
  server->Wait();
  server.reset();
}

}  // namespace

absl::Status Listeners::Start(const ListenerAddresses& addresses,
                              const std::vector<grpc::Service*>& main_services,
                              const std::vector<grpc::Service*>& join_services) {
  const ListenerFiles files{authority_.server_key_path(), authority_.server_chain_path(),
                            authority_.ca_bundle_path()};
  const PeerCheck check = [this](const Principal& principal, const Sha256Digest& fingerprint) {
    if (probe_.Admits(principal, fingerprint)) return absl::OkStatus();
    const absl::Status allowed = registry_.Snapshot()->Authorize(principal, fingerprint);
    if (!allowed.ok()) LogWarning("refused a connection: ", allowed.message());
    return allowed;
  };
  grpc::ServerBuilder main_builder;
  LimitMainPort(main_builder);
  auto main = Listen(main_builder, addresses.main, MainPortCredentials(files, check, clock_),
                     main_services, main_port_);
  if (!main.ok()) return main.status();
  if (!addresses.join.empty()) {
    grpc::ServerBuilder join_builder;
    LimitJoinPort(join_builder);
    int join_port = 0;
    auto join =
        Listen(join_builder, addresses.join, JoinPortCredentials(files), join_services, join_port);
    if (!join.ok()) {
      StopOne(*main);
      return join.status();
    }
    join_ = *std::move(join);
  }
  main_ = *std::move(main);
  return absl::OkStatus();
}

void Listeners::Stop() {
  StopOne(join_);
  StopOne(main_);
}

}  // namespace dims

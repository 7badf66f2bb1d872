// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/listener_probe.h"

#include <grpcpp/grpcpp.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/deadline.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

std::string Reachable(absl::string_view listen) {
  for (const auto& [every, loopback] :
       {std::pair("0.0.0.0:", "127.0.0.1:"), std::pair("[::]:", "[::1]:")}) {
    if (absl::StartsWith(listen, every)) {
      return absl::StrCat(loopback, listen.substr(absl::string_view(every).size()));
    }
  }
  return std::string(listen);
}

}  // namespace

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const v1::CheckRequest*, v1::CheckResponse*) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

absl::Status ListenerProbe::Ask(absl::string_view listen, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const ProbeIdentity identity, Identity());
  grpc::ChannelArguments arguments = ClientArguments();
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the way to oneself leads through no proxy
  const auto channel = grpc::CreateCustomChannel(
      Reachable(listen),
      MemberCredentials(identity.key_pem, identity.certificate_pem, authority_.ca_bundle_pem()),
      arguments);
  const auto health = v1::Health::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(timeout));
  v1::CheckResponse response;
  return FromGrpc(health->Check(&context, v1::CheckRequest(), &response));
}

bool ListenerProbe::Admits(const Principal& principal, const Sha256Digest& key_fingerprint) const {
  MutexLock lock(mutex_);
  return principal == identity_.principal && key_fingerprint == identity_.key_fingerprint &&
         !identity_.key_pem.empty();
}

absl::StatusOr<ProbeIdentity> ListenerProbe::Identity() {
  MutexLock lock(mutex_);
  // Also when the clock was set to before the certificate's beginning.
  const absl::Duration left = identity_.not_after - clock_.Now();
  if (identity_.key_pem.empty() || left < kProbeValidity / 2 || left > kProbeValidity) {
    ASSIGN_OR_RETURN(identity_, authority_.IssueProbe(kProbeUser));
  }
  return identity_;
}

}  // namespace dims

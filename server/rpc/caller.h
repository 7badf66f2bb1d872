// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/tlp.h"
#include "common/grpc/peer_identity.h"
#include "server/ingest/stream.h"
#include "server/registry/registry.h"

namespace dims {

// The person behind a call, and what they may see and do.
struct UserCaller {
  PeerIdentity identity;
  std::string uri;  // what the audit log calls them
  UserRole role = UserRole::kSite;
  std::vector<std::string> sites;  // empty: every site
  Tlp tlp_ceiling = Tlp::kClear;

  bool MaySeeSite(absl::string_view site) const;
};

// Turns a connection's certificate into a principal with rights, on every call; deny by default.
// Thread: any.
class Callers {
 public:
  explicit Callers(Registry& registry) : registry_(registry) {}

  // PermissionDenied for anybody but an active agent.
  absl::StatusOr<AgentRef> Agent(const grpc::ServerContextBase& context) const;

  // PermissionDenied for anybody but an active user.
  absl::StatusOr<UserCaller> User(const grpc::ServerContextBase& context) const;

 private:
  absl::StatusOr<PeerIdentity> Authorized(const grpc::ServerContextBase& context) const;

  Registry& registry_;
};

}  // namespace dims

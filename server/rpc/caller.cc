// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/caller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {

bool UserCaller::MaySeeSite(absl::string_view site) const {
  return sites.empty() || std::find(sites.begin(), sites.end(), site) != sites.end();
}

absl::StatusOr<PeerIdentity> Callers::Authorized(const grpc::ServerContextBase& context) const {
  const auto authentication = context.auth_context();
  if (authentication == nullptr) return absl::UnauthenticatedError("no client certificate");
  ASSIGN_OR_RETURN(PeerIdentity peer, PeerIdentityOf(*authentication));
  const absl::Status allowed =
      registry_.Snapshot()->Authorize(peer.principal, peer.key_fingerprint);
  if (!allowed.ok()) {
    LogWarning("refused a call: ", allowed.message());
    return absl::PermissionDeniedError(
        "this identity may not connect; ask the trust group's operator");
  }
  return peer;
}

absl::StatusOr<AgentRef> Callers::Agent(const grpc::ServerContextBase& context) const {
  ASSIGN_OR_RETURN(const PeerIdentity peer, Authorized(context));
  if (peer.principal.kind != Principal::Kind::kAgent) {
    return absl::PermissionDeniedError("only agents send events");
  }
  return AgentRef{peer.principal.name, peer.principal.site, ""};
}

absl::StatusOr<UserCaller> Callers::User(const grpc::ServerContextBase& context) const {
  ASSIGN_OR_RETURN(const PeerIdentity peer, Authorized(context));
  const std::shared_ptr<const RegistrySnapshot> registry = registry_.Snapshot();
  const UserRecord* user = peer.principal.kind == Principal::Kind::kUser
                               ? registry->FindUser(peer.principal.name)
                               : nullptr;
  if (user == nullptr) return absl::PermissionDeniedError("only users ask and administer");
  return UserCaller{peer, peer.principal.Uri(), user->role, user->sites, user->tlp_ceiling};
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/security/auth_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/principal.h"
#include "common/crypto/sha256.h"

namespace dims {

// What the handshake proved about the other end of a call. A value.
struct PeerIdentity {
  Principal principal;
  Sha256Digest key_fingerprint{};
  std::string certificate_serial;
  absl::Time certificate_not_after;
};

// From ServerContextBase::auth_context() of a call on the main port. Unauthenticated on any other.
// That the peer was let in says nothing about now: ask RegistrySnapshot::Authorize on every call.
absl::StatusOr<PeerIdentity> PeerIdentityOf(const grpc::AuthContext& context);

}  // namespace dims

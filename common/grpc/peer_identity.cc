// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/peer_identity.h"

#include <grpc/grpc_security_constants.h>

#include <vector>

#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"

namespace dims {

absl::StatusOr<PeerIdentity> PeerIdentityOf(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> pems =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (!context.IsPeerAuthenticated() || pems.size() != 1) {
    return absl::UnauthenticatedError("the caller showed no certificate");
  }
  ASSIGN_OR_RETURN(const Certificate certificate,
                   Certificate::FromPem({pems.front().data(), pems.front().size()}));
  ASSIGN_OR_RETURN(const PublicKey key, certificate.Key());
  PeerIdentity identity;
  ASSIGN_OR_RETURN(identity.principal, certificate.Subscriber());
  identity.key_fingerprint = key.Fingerprint();
  identity.certificate_serial = certificate.Serial();
  identity.certificate_not_after = certificate.NotAfter();
  return identity;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/authority/initialize.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/crypto/identity_file.h"
#include "server/authority/authority.h"
#include "server/authority/authority_files.h"

namespace dims {
namespace {

absl::Status RefuseSecondRun(const std::string& directory) {
  for (const char* file : {kCaKeyFile, kCaFile}) {
    const absl::StatusOr<std::string> present =
        ReadSmallFile(directory + file, kAuthorityFileBytesMax);
    if (!absl::IsNotFound(present.status())) {
      return absl::FailedPreconditionError(
          absl::StrCat(directory, file,
                       " exists: this server is initialised already; a new authority would cut off "
                       "every agent and user of the old one"));
    }
  }
  return absl::OkStatus();
}

// The first operator's key is made here, because nobody could invite it.
absl::Status AddFirstOperator(const std::string& directory, const TrustGroup& group,
                              const CertificateAuthority& ca, Registry& registry, Clock& clock,
                              Random& random) {
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Generate());
  ASSIGN_OR_RETURN(const PublicKey public_key, PublicKey::Of(key.get()));
  const Principal principal = Principal::User(group.id, kFirstOperator);
  ASSIGN_OR_RETURN(const Certificate certificate,
                   ca.Issue(public_key, {principal, {}, {}, kUserValidity}, clock.Now(), random));
  UserRecord user;
  user.name = kFirstOperator;
  user.role = UserRole::kOperator;
  user.tlp_ceiling = Tlp::kRed;
  user.public_key_der = public_key.Der();
  user.certificate_serial = certificate.Serial();
  user.certificate_not_after = certificate.NotAfter();
  RETURN_IF_ERROR(registry.AddUser(user));
  const IdentityFile identity = {group.server_address,   group.join_address, certificate.Pem(),
                                 ca.certificate().Pem(), key.Pem(),          principal};
  return identity.Save(directory + kOperatorFile);
}

}  // namespace

absl::Status InitializeAuthority(const std::string& directory, const TrustGroup& group,
                                 Registry& registry, Clock& clock, Random& random) {
  RETURN_IF_ERROR(RefuseSecondRun(directory));
  RETURN_IF_ERROR(registry.SetGroup(group));
  ASSIGN_OR_RETURN(const CertificateAuthority ca,
                   CertificateAuthority::Create(absl::StrCat("DIMS ", group.id), clock.Now(),
                                                kAuthorityValidity, random));
  ASSIGN_OR_RETURN(const PrivateKey server_key, PrivateKey::Generate());
  ASSIGN_OR_RETURN(const std::string chain,
                   IssueServerChain(ca, server_key, group, clock.Now(), random));
  RETURN_IF_ERROR(AddFirstOperator(directory, group, ca, registry, clock, random));
  RETURN_IF_ERROR(WriteFileDurably(directory + kServerKeyFile, server_key.Pem(), kSecretFileMode));
  RETURN_IF_ERROR(WriteFileDurably(directory + kServerChainFile, chain, kPublicFileMode));
  RETURN_IF_ERROR(WriteFileDurably(directory + kCaFile, ca.certificate().Pem(), kPublicFileMode));
  return WriteFileDurably(directory + kCaKeyFile, ca.key().Pem(), kSecretFileMode);
}

}  // namespace dims

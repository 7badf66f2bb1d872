// SPDX-License-Identifier: Apache-2.0
#include "server/authority/authority_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/tls_probe.h"
#include "server/authority/authority.h"

namespace dims {

absl::StatusOr<std::string> IssueServerChain(const CertificateAuthority& ca,
                                             const PrivateKey& server_key, const TrustGroup& group,
                                             absl::Time now, Random& random) {
  CertificateProfile profile;
  profile.principal = Principal::Server(group.id);
  profile.validity = kServerValidity;
  profile.dns_names = {std::string(kServerTlsName)};
  // Our own clients look for kServerTlsName alone; the addresses are for other tools.
  for (const std::string* address : {&group.server_address, &group.join_address}) {
    ASSIGN_OR_RETURN(const HostPort target, HostPort::Parse(*address));
    std::vector<std::string>& names = target.IsAddress() ? profile.ip_addresses : profile.dns_names;
    if (std::find(names.begin(), names.end(), target.host) == names.end()) {
      names.push_back(target.host);
    }
  }
  ASSIGN_OR_RETURN(const PublicKey key, PublicKey::Of(server_key.get()));
  ASSIGN_OR_RETURN(const Certificate issued, ca.Issue(key, profile, now, random));
  return absl::StrCat(issued.Pem(), ca.certificate().Pem());
}

}  // namespace dims

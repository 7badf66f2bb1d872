// SPDX-License-Identifier: Apache-2.0
// For this folder's sources only: names and limits of the authority's files, and the server's
// certificate.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/private_key.h"
#include "server/registry/records.h"

namespace dims {

inline constexpr char kCaKeyFile[] = "/ca.key";
inline constexpr char kCaFile[] = "/ca.pem";
inline constexpr char kServerKeyFile[] = "/server.key";
inline constexpr char kServerChainFile[] = "/server.pem";
inline constexpr char kOperatorFile[] = "/operator.identity";
inline constexpr std::size_t kAuthorityFileBytesMax = 64 * 1024;

// A certificate for the listeners of `group` and the authority's own after it, in PEM.
absl::StatusOr<std::string> IssueServerChain(const CertificateAuthority& ca,
                                             const PrivateKey& server_key, const TrustGroup& group,
                                             absl::Time now, Random& random);

}  // namespace dims

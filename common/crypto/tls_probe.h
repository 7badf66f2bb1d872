// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/unique_fd.h"
#include "common/crypto/certificate.h"
#include "common/crypto/sha256.h"

namespace dims {

// The name in every server certificate of ours, whatever address the server is reached under:
// clients pin the group's own authority, so the name only has to tell the server from the agents
// that the same authority certified.
inline constexpr absl::string_view kServerTlsName = "server.dims.internal";

// Shakes hands over `connected` (TLS 1.3 only, nothing sent after it) and returns the certificates
// the server showed, its own first. Nothing is verified yet. Unavailable with the reason when the
// handshake fails or takes longer than `timeout`. Thread: any; blocks.
absl::StatusOr<std::vector<Certificate>> FetchServerChain(UniqueFd connected,
                                                          absl::Duration timeout);

// The authority in `chain` whose SHA-256 is `fingerprint`, provided that it issued the first
// certificate and that one is the server's. FailedPrecondition names the issuer seen instead: most
// often a proxy that opens TLS.
absl::StatusOr<Certificate> PinnedAuthority(const std::vector<Certificate>& chain,
                                            const Sha256Digest& fingerprint);

// Resolve, connect (through the proxy on the way, if there is one), FetchServerChain and
// PinnedAuthority in one: the authority of the server at `address` (HOST:PORT).
absl::StatusOr<Certificate> FetchPinnedAuthority(absl::string_view address,
                                                 const Sha256Digest& fingerprint,
                                                 absl::Duration timeout);

}  // namespace dims

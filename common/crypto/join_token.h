// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/sha256.h"

namespace dims {

inline constexpr std::size_t kJoinSecretBytes = 16;
inline constexpr std::size_t kJoinTokenTextBytesMax = 2048;

// The one string an operator hands to a site's staff or to a new user. It carries all that is
// needed to reach the right server and no other:
//
//   dims1-<base64url of: kind u8, secret 16, CA fingerprint 32, then three texts as u8 length +
//   bytes:
//          main address, join address, site; then the first 4 bytes of SHA-256 of "dims1-" and all
//          before>
//
// The checksum tells a mangled paste (said at once, on the spot) from a token the server does not
// know. A value.
struct JoinToken {
  enum class Kind : std::uint8_t { kAgent = 1, kUser = 2 };

  Kind kind = Kind::kAgent;
  std::string secret;             // kJoinSecretBytes random bytes; the server keeps only their hash
  Sha256Digest ca_fingerprint{};  // of the authority's certificate
  std::string server_address;     // HOST:PORT of the main port
  std::string join_address;       // HOST:PORT of the join port
  std::string site;               // agents: the site it joins; users: empty

  // REQUIRES: the secret has kJoinSecretBytes, each text at most 255 bytes.
  std::string Encode() const;

  // Blanks and line breaks anywhere in `text` are ignored, since mail programs put them there.
  // InvalidArgument says whether the text is no token, cut short or damaged, and that it should be
  // copied again.
  static absl::StatusOr<JoinToken> Parse(absl::string_view text);

  friend bool operator==(const JoinToken&, const JoinToken&) = default;
};

}  // namespace dims

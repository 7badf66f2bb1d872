// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/position_hash.h"

#include <algorithm>

#include "common/crypto/sha256.h"

namespace dims {

std::array<std::uint8_t, 16> PositionHash(absl::string_view before) {
  std::array<std::uint8_t, 16> out{};
  if (before.empty()) return out;
  if (before.size() > kPositionHashSpan) before.remove_prefix(before.size() - kPositionHashSpan);
  const Sha256Digest digest = Sha256(before);
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

}  // namespace dims

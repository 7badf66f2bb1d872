// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

inline constexpr std::size_t kSha1Bytes = 20;

using Sha1Digest = std::array<std::uint8_t, kSha1Bytes>;

// The digest of `bytes`. Only where a foreign format asks for it (Community ID): it proves nothing
// about who wrote them. Thread: any.
Sha1Digest Sha1(absl::string_view bytes);

// The digest's bytes. `digest` must outlive the view.
inline absl::string_view BytesOf(const Sha1Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// Bytes before a file position that its hash covers.
inline constexpr std::uint64_t kPositionHashSpan = 256;

// The hash of a FilePosition: `before` ends where the position is, and begins at the start of the
// file or at least kPositionHashSpan before the position. All zero when nothing lies before it.
std::array<std::uint8_t, 16> PositionHash(absl::string_view before);

}  // namespace dims

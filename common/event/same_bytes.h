// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace dims {

// memcmp(a, b, size) == 0, in line for the short values that most fields have.
inline bool SameBytes(const char* a, const char* b, std::size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) {
    std::uint64_t heads[2];
    std::uint64_t tails[2];
    std::memcpy(&heads[0], a, 8);
    std::memcpy(&heads[1], b, 8);
    std::memcpy(&tails[0], a + size - 8, 8);
    std::memcpy(&tails[1], b + size - 8, 8);
    return heads[0] == heads[1] && tails[0] == tails[1];
  }
  if (size >= 4) {
    std::uint32_t heads[2];
    std::uint32_t tails[2];
    std::memcpy(&heads[0], a, 4);
    std::memcpy(&heads[1], b, 4);
    std::memcpy(&tails[0], a + size - 4, 4);
    std::memcpy(&tails[1], b + size - 4, 4);
    return heads[0] == heads[1] && tails[0] == tails[1];
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

inline bool SameBytes(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && SameBytes(a.data(), b.data(), a.size());
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace dims {

// A cheap hash of a short name, for tables that compare names anyway: eight bytes of its beginning,
// middle and end, and its length. Not for names an attacker may choose without a bound on the
// table.
inline std::uint64_t ShortHash(absl::string_view name) {
  const auto load = [](const char* from, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    return word;
  };
  const std::size_t size = name.size();
  const char* const data = name.data();
  std::uint64_t head = 0;
  std::uint64_t middle = 0;
  std::uint64_t tail = 0;
  if (size >= 8) {
    head = load(data, 8);
    tail = load(data + size - 8, 8);
    middle = load(data + size / 2 - 4, 8);
  } else if (size >= 4) {
    head = load(data, 4);
    tail = load(data + size - 4, 4);
  } else if (size > 0) {
    head = static_cast<unsigned char>(data[0]);
    middle = static_cast<unsigned char>(data[size / 2]);
    tail = static_cast<unsigned char>(data[size - 1]);
  }
  std::uint64_t hash = (head ^ (middle << 21) ^ (middle >> 43)) * 0x9e3779b97f4a7c15u;
  hash ^= (tail + size) * 0xc2b2ae3d27d4eb4fu;
  hash *= 0x9e3779b97f4a7c15u;
  return hash >> 32;
}

}  // namespace dims

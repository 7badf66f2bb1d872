// SPDX-License-Identifier: Apache-2.0
// Fixed-width integers as little-endian bytes, for formats on disk and wire. Debian 12 releases of
// interest are little-endian; the byte swap for others is left to the compiler through these two
// functions alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace dims {

static_assert(std::endian::native == std::endian::little, "port these two functions first");

// Appends `value` to `out`. A template because every width is wanted and nothing else varies.
template <typename T>
requires std::is_arithmetic_v<T>

void AppendLittleEndian(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Reads a T at `offset`. REQUIRES: offset + sizeof(T) <= bytes.size().
template <typename T>

requires std::is_arithmetic_v<T> T ReadLittleEndian(absl::string_view bytes,
                                                    std::size_t offset = 0) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// Arrays of numbers as few little-endian bytes each; docs/wire_format.md "Arrays". Whole bytes, not
// bits: zstd packs the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// Bytes that hold every value up to `max`: 0, 1, 2, 4 or 8.
std::uint32_t WidthOf(std::uint64_t max);

// True for the widths WidthOf gives, up to `width_max`.
bool IsWidth(std::uint32_t width, std::uint32_t width_max);

// `width` bytes of each value. REQUIRES: width >= WidthOf of each, width <= 4.
void AppendNarrow(std::string& out, std::span<const std::uint32_t> values, std::uint32_t width);

// The reverse. REQUIRES: IsWidth(width, 4), bytes.size() == out.size() * width.
void ReadNarrow(absl::string_view bytes, std::uint32_t width, std::span<std::uint32_t> out);

// How an array of int64 is stored.
//   plain: value[i] = base + scale * stored[i]
//   delta: value[0] = base, value[i] = value[i-1] + scale * (step + stored[i-1])
// in arithmetic modulo 2^64.
struct IntegerPacking {
  std::int64_t base = 0;
  std::uint64_t scale = 1;
  bool delta = false;
  std::int64_t step = 0;
  std::uint32_t width = 0;

  // Of an array with `count` values.
  std::size_t StoredBytes(std::size_t count) const {
    return (delta && count > 0 ? count - 1 : count) * width;
  }
};

// Picks the smaller form and appends it. `scale` is 10^9, 10^6, 10^3 or 1: times are often whole
// seconds.
IntegerPacking AppendIntegers(std::string& out, std::span<const std::int64_t> values);

// The reverse; any packing is safe. REQUIRES: IsWidth(packing.width, 8), bytes.size() ==
// packing.StoredBytes(out.size()).
void ReadIntegers(absl::string_view bytes, const IntegerPacking& packing,
                  std::span<std::int64_t> out);

}  // namespace dims

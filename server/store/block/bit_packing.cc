// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/bit_packing.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "common/base/check.h"
#include "common/base/little_endian.h"

namespace dims {
namespace {

constexpr int kOneLoadBitsMax = 56;  // a value of so many bits lies in any eight bytes it begins in

std::uint64_t MaskOf(int bits) {
  return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

// Eight bytes from `offset`, zeros beyond the end.
std::uint64_t LoadAt(absl::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  if (offset < bytes.size()) {
    std::memcpy(&value, bytes.data() + offset, std::min<std::size_t>(8, bytes.size() - offset));
  }
  return value;
}

std::uint64_t ValueAt(absl::string_view bytes, std::size_t bit, int bits) {
  const std::size_t offset = bit / 8;
  const int shift = static_cast<int>(bit % 8);
  std::uint64_t value = LoadAt(bytes, offset) >> shift;
  if (shift + bits > 64) value |= LoadAt(bytes, offset + 8) << (64 - shift);
  return value & MaskOf(bits);
}

// Written once for both arrays.
template <typename T>
void UnpackInto(absl::string_view bytes, int bits, std::span<T> out) {
  DIMS_CHECK(bytes.size() == PackedBytes(out.size(), bits));
  if (bits == 0) {
    std::fill(out.begin(), out.end(), T{0});
    return;
  }
  const auto step = static_cast<std::size_t>(bits);
  std::size_t row = 0;
  if (bits <= kOneLoadBitsMax && bytes.size() >= 8) {
    const std::uint64_t mask = MaskOf(bits);
    const std::size_t last_load_bit = (bytes.size() - 8) * 8;
    for (std::size_t bit = 0; row < out.size() && bit <= last_load_bit; ++row, bit += step) {
      const std::uint64_t word = ReadLittleEndian<std::uint64_t>(bytes, bit / 8);
      out[row] = static_cast<T>(word >> (bit % 8) & mask);
    }
  }
  for (; row < out.size(); ++row) out[row] = static_cast<T>(ValueAt(bytes, row * step, bits));
}

}  // namespace

int BitsOf(std::uint64_t largest) {
  return static_cast<int>(std::bit_width(largest));
}

std::size_t PackedBytes(std::size_t count, int bits) {
  return (count * static_cast<std::size_t>(bits) + 7) / 8;
}

void AppendPacked(std::string& out, std::span<const std::uint64_t> values, int bits) {
  if (bits == 0) return;
  const std::size_t begin = out.size();
  const std::size_t size = PackedBytes(values.size(), bits);
  out.resize(begin + size + 16);  // whole words are written
  char* to = out.data() + begin;
  std::uint64_t word = 0;
  int filled = 0;
  for (const std::uint64_t value : values) {
    word |= value << filled;
    filled += bits;
    if (filled >= 64) {
      std::memcpy(to, &word, 8);
      to += 8;
      filled -= 64;
      word = filled == 0 ? 0 : value >> (bits - filled);
    }
  }
  std::memcpy(to, &word, 8);
  out.resize(begin + size);
}

void Unpack(absl::string_view bytes, int bits, std::span<std::uint64_t> out) {
  UnpackInto(bytes, bits, out);
}

void Unpack(absl::string_view bytes, int bits, std::span<std::uint32_t> out) {
  DIMS_CHECK(bits <= 32);
  UnpackInto(bytes, bits, out);
}

std::uint64_t UnpackOne(absl::string_view bytes, int bits, std::size_t position) {
  if (bits == 0) return 0;
  return ValueAt(bytes, position * static_cast<std::size_t>(bits), bits);
}

}  // namespace dims

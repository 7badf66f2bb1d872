// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/byte_signs.h"

#include <array>
#include <cstring>
#include <utility>

namespace dims {
namespace {

constexpr std::size_t kBlockBytes = 16;

// GCC's and Clang's vectors: one instruction for 16 bytes where the machine has one.
using Block = std::uint8_t __attribute__((vector_size(kBlockBytes)));
using Halves = std::uint64_t __attribute__((vector_size(kBlockBytes)));

// For each sign a byte that is not zero where it occurred.
using Found = std::array<Block, kSignBytes.size()>;

// Written out for each sign by the compiler, so that all of `found` stays in registers.
template <std::size_t... kSign>
inline void Look(const char* block, Found& found, std::index_sequence<kSign...> /*signs*/) {
  Block bytes;
  std::memcpy(&bytes, block, kBlockBytes);
  ((found[kSign] |= reinterpret_cast<Block>(bytes == static_cast<std::uint8_t>(kSignBytes[kSign]))),
   ...);
}

template <std::size_t... kSign>
inline ByteSigns Collect(const Found& found, std::index_sequence<kSign...> /*signs*/) {
  const auto any = [](Block block) {
    const auto halves = reinterpret_cast<Halves>(block);
    return static_cast<ByteSigns>((halves[0] | halves[1]) != 0);
  };
  return ((any(found[kSign]) << kSign) | ...);
}

}  // namespace

ByteSigns FindByteSigns(absl::string_view text) {
  constexpr auto kSigns = std::make_index_sequence<kSignBytes.size()>();
  Found found{};
  std::size_t at = 0;
  for (; at + kBlockBytes <= text.size(); at += kBlockBytes) Look(text.data() + at, found, kSigns);
  if (at < text.size()) {
    char rest[kBlockBytes] = {};
    std::memcpy(rest, text.data() + at, text.size() - at);
    Look(rest, found, kSigns);
  }
  return Collect(found, kSigns);
}

}  // namespace dims

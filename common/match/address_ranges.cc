// SPDX-License-Identifier: Apache-2.0
#include "common/match/address_ranges.h"

#include <algorithm>
#include <numeric>

namespace dims {
namespace {

constexpr std::uint64_t kV4Prefix = std::uint64_t{0xffff} << 32;
constexpr std::uint32_t kV4Halves = 1u << 16;

std::uint64_t BigEndian(const std::uint8_t* bytes) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | bytes[i];
  return out;
}

}  // namespace

AddressRanges::Key AddressRanges::KeyOf(const IpAddress& address) {
  return {BigEndian(address.bytes().data()), BigEndian(address.bytes().data() + 8)};
}

AddressRanges::AddressRanges(std::span<const Cidr> blocks) : around_(blocks.size(), kNone) {
  std::vector<std::uint32_t> order(blocks.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (blocks[a].first() != blocks[b].first()) return blocks[a].first() < blocks[b].first();
    return blocks[a].prefix_bits() < blocks[b].prefix_bits();
  });
  std::vector<std::uint32_t> open;  // the blocks around the present place, largest first
  const auto close = [&] {
    Key after = KeyOf(blocks[open.back()].last());
    open.pop_back();
    if (++after.low == 0 && ++after.high == 0) return;  // the end of the space
    Begin(after, open.empty() ? kNone : open.back());
  };
  for (const std::uint32_t block : order) {
    while (!open.empty() && blocks[open.back()].last() < blocks[block].first()) close();
    if (!open.empty()) around_[block] = open.back();
    Begin(KeyOf(blocks[block].first()), block);
    open.push_back(block);
  }
  while (!open.empty()) close();
  IndexV4();
}

void AddressRanges::Begin(const Key& start, std::uint32_t block) {
  if (!starts_.empty() && starts_.back() == start) {
    holds_.back() = block;
    return;
  }
  starts_.push_back(start);
  holds_.push_back(block);
}

void AddressRanges::IndexV4() {
  if (starts_.empty()) return;
  v4_index_.resize(kV4Halves + 1);
  auto from = starts_.begin();
  for (std::uint64_t half = 0; half <= kV4Halves; ++half) {
    from = std::lower_bound(from, starts_.end(), Key{0, kV4Prefix + (half << 16)});
    v4_index_[half] = static_cast<std::uint32_t>(from - starts_.begin());
  }
}

std::uint32_t AddressRanges::Find(const IpAddress& address) const {
  if (starts_.empty()) return kNone;
  const Key key = KeyOf(address);
  auto begin = starts_.begin();
  auto end = starts_.end();
  if (key.high == 0 && key.low >> 32 == 0xffff) {
    const std::size_t half = (key.low >> 16) & 0xffff;
    end = begin + v4_index_[half + 1];
    begin += v4_index_[half];
  }
  const auto after = std::upper_bound(begin, end, key);
  if (after == starts_.begin()) return kNone;
  return holds_[static_cast<std::size_t>(after - starts_.begin()) - 1];
}

}  // namespace dims

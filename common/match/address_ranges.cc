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
  if (!ranges_.empty()) IndexV4();
}

void AddressRanges::Begin(const Key& start, std::uint32_t block) {
  if (!ranges_.empty() && ranges_.back().start == start) {
    ranges_.back().block = block;
    return;
  }
  ranges_.push_back({start, block});
}

void AddressRanges::IndexV4() {
  v4_ranges_.push_back({0, kNone});
  for (const Range& range : ranges_) {
    if (range.start <= Key{0, kV4Prefix}) {
      v4_ranges_.front().block = range.block;
    } else if (range.start <= Key{0, kV4Prefix | 0xffffffff}) {
      v4_ranges_.push_back({static_cast<std::uint32_t>(range.start.low), range.block});
    }
  }
  v4_index_.resize(kV4Halves + 1, static_cast<std::uint32_t>(v4_ranges_.size()));
  std::uint32_t at = 0;
  for (std::uint32_t half = 0; half < kV4Halves; ++half) {
    while (at < v4_ranges_.size() && v4_ranges_[at].start < half << 16) ++at;
    v4_index_[half] = at;
  }
}

std::uint32_t AddressRanges::Find(const IpAddress& address) const {
  if (ranges_.empty()) return kNone;
  const Key key = KeyOf(address);
  if (key.high == 0 && key.low >> 32 == 0xffff) return FindV4(static_cast<std::uint32_t>(key.low));
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), key,
                       [](const Key& wanted, const Range& range) { return wanted < range.start; });
  return after == ranges_.begin() ? kNone : (after - 1)->block;
}

std::uint32_t AddressRanges::FindV4(std::uint32_t address) const {
  const V4Range* const begin = v4_ranges_.data() + v4_index_[address >> 16];
  const V4Range* const end = v4_ranges_.data() + v4_index_[(address >> 16) + 1];
  const V4Range* const after = std::upper_bound(
      begin, end, address,
      [](std::uint32_t wanted, const V4Range& range) { return wanted < range.start; });
  return (after - 1)->block;  // there is one before: the first range starts at 0.0.0.0
}

}  // namespace dims

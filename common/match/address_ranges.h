// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "common/event/ip_address.h"

namespace dims {

// CIDR blocks, any number, nested in each other as they like; answers which is the smallest that
// holds an address. The blocks are flattened into disjoint ranges once, so a look-up is one binary
// search in a flat array, for IPv4 behind an index over the upper half.
//
// Immutable after construction; thread: any. Limit: 2^31 blocks.
class AddressRanges {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  AddressRanges() = default;

  // Blocks are known by their place in `blocks`. Of equal blocks the last one is found.
  explicit AddressRanges(std::span<const Cidr> blocks);

  // The smallest block that holds `address`, or kNone.
  std::uint32_t Find(const IpAddress& address) const;

  // The next larger block around `block`, or kNone.
  std::uint32_t Around(std::uint32_t block) const { return around_[block]; }

 private:
  // An address as a number; compares faster than its bytes.
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  // From `start` on the smallest block is `block`, up to the next range.
  struct Range {
    Key start;
    std::uint32_t block = kNone;
  };

  struct V4Range {
    std::uint32_t start = 0;
    std::uint32_t block = kNone;
  };

  static Key KeyOf(const IpAddress& address);
  void Begin(const Key& start, std::uint32_t block);
  void IndexV4();
  std::uint32_t FindV4(std::uint32_t address) const;

  std::vector<Range> ranges_;  // ascending
  std::vector<std::uint32_t> around_;
  // The same once more for IPv4, small enough that a look-up touches two cache lines.
  std::vector<V4Range> v4_ranges_;       // ascending from 0.0.0.0; empty without IPv4 blocks
  std::vector<std::uint32_t> v4_index_;  // per upper 16 bits: first range not below
};

}  // namespace dims

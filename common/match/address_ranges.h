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
// search in a flat array, behind an index over the upper half of IPv4.
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

  static Key KeyOf(const IpAddress& address);
  void Begin(const Key& start, std::uint32_t block);
  void IndexV4();

  std::vector<Key> starts_;           // ascending
  std::vector<std::uint32_t> holds_;  // per start: the block from there on, or kNone
  std::vector<std::uint32_t> around_;
  std::vector<std::uint32_t> v4_index_;  // per upper 16 bits: first start not below
};

}  // namespace dims

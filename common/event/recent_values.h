// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace dims {

// A dictionary's value used of late: logs repeat, and what was used last costs a comparison and no
// hash.
struct RecentValue {
  std::uint32_t code = 0;
  std::uint32_t begin = 0;             // in the dictionary's bytes
  std::size_t size = ~std::size_t{0};  // none
};

// The last value by its length and the bytes at its ends: the few that alternate in a column
// (levels, outcomes, hosts, programs) mostly have a slot each. Whether the one in the slot is the
// one sought is for the caller to compare. Thread: one.
class RecentValues {
 public:
  RecentValue& SlotOf(absl::string_view value) {
    std::uint32_t ends = 0;
    if (value.size() >= 4) {
      std::uint32_t tail = 0;
      std::memcpy(&ends, value.data(), 4);
      std::memcpy(&tail, value.data() + value.size() - 4, 4);
      ends = ends * 0x85ebca6bu + tail;
    } else if (!value.empty()) {
      ends = static_cast<unsigned char>(value.front()) * 256u +
             static_cast<unsigned char>(value.back());
    }
    const auto hash = (ends + static_cast<std::uint32_t>(value.size())) * 0x9e3779b1u;
    return slots_[hash >> (32 - kBits)];
  }

  void Forget() { slots_.fill(RecentValue{}); }

 private:
  static constexpr unsigned kBits = 4;

  std::array<RecentValue, std::size_t{1} << kBits> slots_;
};

}  // namespace dims

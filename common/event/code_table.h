// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// The hash interning uses: XXH3, 64 bits, no seed; never stored and never on the wire.
std::uint64_t InternHash(absl::string_view bytes);

// Finds the code of a value in a dictionary that lies elsewhere: an open-addressing table of codes
// by hash. Codes are given densely from 0 in the order of insertion, and only the last one can be
// taken back, which is what a row that is forgotten needs. Memory is kept by Clear.
//
// Limit: 2^31 codes. Thread: one.
class CodeTable {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(hashes_.size()); }

  // The code for which equals(code) holds, or size() before the call, which is then taken: the
  // caller adds the value to its dictionary. A template because it is the innermost loop of
  // parsing.
  template <typename Equals>
  std::uint32_t FindOrInsert(std::uint64_t hash, Equals&& equals) {
    if (hashes_.size() * 2 >= slots_.size()) Grow();
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = static_cast<std::size_t>(hash) & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.code_plus_one == 0) {
        slot = {tag, size() + 1};
        hashes_.push_back(hash);
        return size() - 1;
      }
      if (slot.tag == tag && equals(slot.code_plus_one - 1)) return slot.code_plus_one - 1;
    }
  }

  // Takes back the last code. REQUIRES: size() > 0.
  void RemoveLast();

  void Clear();

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t code_plus_one = 0;  // 0: free
  };

  void Grow();

  std::vector<Slot> slots_;            // a power of two, at most half full
  std::vector<std::uint64_t> hashes_;  // by code
};

}  // namespace dims

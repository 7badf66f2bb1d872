// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dims {

struct InputCount {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of lines, without their ends
};

// What each configured input brought since the start. Thread: one adds, any reads.
class InputCounts {
 public:
  explicit InputCounts(std::size_t inputs) : counts_(inputs) {}

  // An input that is not there is not counted.
  void Add(std::size_t input, std::uint64_t rows, std::uint64_t bytes) {
    if (input >= counts_.size()) return;
    counts_[input].rows.fetch_add(rows, std::memory_order_relaxed);
    counts_[input].bytes.fetch_add(bytes, std::memory_order_relaxed);
  }

  InputCount at(std::size_t input) const {
    return {counts_[input].rows.load(std::memory_order_relaxed),
            counts_[input].bytes.load(std::memory_order_relaxed)};
  }

 private:
  struct Count {
    std::atomic<std::uint64_t> rows = 0;
    std::atomic<std::uint64_t> bytes = 0;
  };

  std::vector<Count> counts_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// Byte strings one after the other, numbered from 0: a dictionary's values, or the rows of a text
// column. A value. Limit: 4 GiB of bytes in all (32-bit ends); batches and blocks stay far below.
class StringPool {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

  absl::string_view operator[](std::uint32_t index) const {
    const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1];
    return absl::string_view(bytes_.data() + begin, ends_[index] - begin);
  }

  // Returns the new string's number.
  std::uint32_t Add(absl::string_view value) {
    bytes_.append(value.data(), value.size());
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    return size() - 1;
  }

  // Adds all strings of another pool, in order.
  void AddAll(const StringPool& other) {
    const auto begin = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += other.bytes_;
    const std::size_t first = ends_.size();
    ends_.resize(first + other.ends_.size());
    for (std::size_t i = 0; i < other.ends_.size(); ++i) ends_[first + i] = begin + other.ends_[i];
  }

  // Takes back the last Add.
  void RemoveLast() {
    ends_.pop_back();
    bytes_.resize(ends_.empty() ? 0 : ends_.back());
  }

  void Reserve(std::size_t strings_count, std::size_t bytes_count) {
    ends_.reserve(strings_count);
    bytes_.reserve(bytes_count);
  }

  void Clear() {
    bytes_.clear();
    ends_.clear();
  }

  const std::string& bytes() const { return bytes_; }

  const std::vector<std::uint32_t>& ends() const { return ends_; }

  // Takes over ready arrays. REQUIRES: `ends` ascends and its last value is bytes.size().
  void Adopt(std::string bytes, std::vector<std::uint32_t> ends) {
    bytes_ = std::move(bytes);
    ends_ = std::move(ends);
  }

  friend bool operator==(const StringPool&, const StringPool&) = default;

 private:
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dims {

// A set of row numbers in [0, size): the answer of a predicate, and the presence of a column. A
// value. Bits beyond size are always zero, so that whole words can be counted and combined.
class RowBitmap {
 public:
  RowBitmap() = default;

  explicit RowBitmap(std::uint32_t size, bool filled = false)
      : size_(size), words_((size + 63) / 64, filled ? ~std::uint64_t{0} : 0) {
    ClearTail();
  }

  std::uint32_t size() const { return size_; }

  bool Test(std::uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }

  void Set(std::uint32_t row) { words_[row / 64] |= std::uint64_t{1} << (row % 64); }

  void Clear(std::uint32_t row) { words_[row / 64] &= ~(std::uint64_t{1} << (row % 64)); }

  void SetRange(std::uint32_t first, std::uint32_t count) {
    const std::uint32_t end = first + count;
    while (first < end && first % 64 != 0) Set(first++);
    for (; end - first >= 64; first += 64) words_[first / 64] = ~std::uint64_t{0};
    while (first < end) Set(first++);
  }

  // Sets first + r for each row r of `other`. REQUIRES: first + other.size() <= size().
  void OrShifted(const RowBitmap& other, std::uint32_t first) {
    const std::uint32_t shift = first % 64;
    std::size_t to = first / 64;
    for (const std::uint64_t word : other.words_) {
      words_[to] |= word << shift;
      if (shift != 0 && word >> (64 - shift) != 0) words_[to + 1] |= word >> (64 - shift);
      ++to;
    }
  }

  // Grows (with zeros) or shrinks.
  void Resize(std::uint32_t size) {
    size_ = size;
    words_.resize((size + 63) / 64, 0);
    ClearTail();
  }

  std::uint32_t Count() const {
    std::uint32_t count = 0;
    for (const std::uint64_t word : words_)
      count += static_cast<std::uint32_t>(std::popcount(word));
    return count;
  }

  bool None() const {
    for (const std::uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }

  bool All() const { return Count() == size_; }

  // REQUIRES: the other has the same size (all three).
  void And(const RowBitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }

  void Or(const RowBitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

  void AndNot(const RowBitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }

  void Not() {
    for (std::uint64_t& word : words_) word = ~word;
    ClearTail();
  }

  // Calls visit(row) for each set row, ascending. A template because it is the innermost loop of
  // every scan.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<std::uint32_t>(i * 64) +
              static_cast<std::uint32_t>(std::countr_zero(word)));
      }
    }
  }

  // Row r is bit r % 64 of word r / 64.
  const std::vector<std::uint64_t>& words() const { return words_; }

  std::vector<std::uint64_t>& mutable_words() { return words_; }

  friend bool operator==(const RowBitmap&, const RowBitmap&) = default;

 private:
  void ClearTail() {
    if (size_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
  }

  std::uint32_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace dims

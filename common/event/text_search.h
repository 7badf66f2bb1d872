// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/event/row_bitmap.h"
#include "common/event/string_pool.h"

namespace dims {

// ASCII letters to lower case, every other byte unchanged: the only folding in the product.
inline char FoldByte(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// -1, 0, 1: as unsigned bytes, case folded.
int CompareFolded(absl::string_view a, absl::string_view b);

// Finds one text inside others, ASCII case folded: compares its first and last byte with 16
// positions at a time, then the whole. Immutable; any thread.
class FoldedSearch {
 public:
  explicit FoldedSearch(absl::string_view needle);

  // First position at or after `from`; npos when there is none. The empty text is everywhere.
  std::size_t Find(absl::string_view text, std::size_t from = 0) const;

  // Which strings of the pool contain it. Searches the pool's bytes in one go, not string by
  // string.
  RowBitmap FindInPool(const StringPool& pool) const;

 private:
  bool MatchesAt(const char* at) const;

  std::string needle_;  // folded
};

// True when `pattern` (case folded; * is any bytes, ? one character of UTF-8, nothing else is
// special) matches the whole of `text`.
bool MatchesWildcard(absl::string_view folded_pattern, absl::string_view text);

}  // namespace dims

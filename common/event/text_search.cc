// SPDX-License-Identifier: Apache-2.0
#include "common/event/text_search.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>

#include "absl/strings/ascii.h"

namespace dims {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Where the character that starts at `at` ends; a byte that starts none is one itself.
std::size_t NextCharacter(absl::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0xc0) return at;
  for (int i = 0; i < 3 && at < text.size() && IsContinuation(text[at]); ++i) ++at;
  return at;
}

// Or-ing this into a byte folds it, if the sought byte is a letter.
char FoldMask(char folded) {
  return folded >= 'a' && folded <= 'z' ? 0x20 : 0;
}

}  // namespace

int CompareFolded(absl::string_view a, absl::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    const auto x = static_cast<unsigned char>(FoldByte(a[i]));
    const auto y = static_cast<unsigned char>(FoldByte(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

FoldedSearch::FoldedSearch(absl::string_view needle) : needle_(absl::AsciiStrToLower(needle)) {}

bool FoldedSearch::MatchesAt(const char* at) const {
  for (std::size_t i = 0; i < needle_.size(); ++i) {
    if (FoldByte(at[i]) != needle_[i]) return false;
  }
  return true;
}

std::size_t FoldedSearch::Find(absl::string_view text, std::size_t from) const {
  if (from > text.size() || needle_.size() > text.size() - from) return absl::string_view::npos;
  if (needle_.empty()) return from;
  const std::size_t end = text.size() - needle_.size() + 1;  // of the places where it may begin
  const char* bytes = text.data();
  std::size_t at = from;
#ifdef __SSE2__
  const std::size_t tail = needle_.size() - 1;
  const __m128i first = _mm_set1_epi8(needle_.front());
  const __m128i last = _mm_set1_epi8(needle_.back());
  const __m128i first_mask = _mm_set1_epi8(FoldMask(needle_.front()));
  const __m128i last_mask = _mm_set1_epi8(FoldMask(needle_.back()));
  for (; at + 16 <= end; at += 16) {
    const __m128i begins = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
    const __m128i ends = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at + tail));
    const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(begins, first_mask), first),
                                       _mm_cmpeq_epi8(_mm_or_si128(ends, last_mask), last));
    for (auto hits = static_cast<unsigned>(_mm_movemask_epi8(both)); hits != 0; hits &= hits - 1) {
      const std::size_t candidate = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (MatchesAt(bytes + candidate)) return candidate;
    }
  }
#endif
  for (; at < end; ++at) {
    if (FoldByte(bytes[at]) == needle_.front() && MatchesAt(bytes + at)) return at;
  }
  return absl::string_view::npos;
}

RowBitmap FoldedSearch::FindInPool(const StringPool& pool) const {
  if (needle_.empty()) return RowBitmap(pool.size(), true);
  RowBitmap found(pool.size());
  const std::vector<std::uint32_t>& ends = pool.ends();
  const absl::string_view bytes = pool.bytes();
  std::uint32_t index = 0;
  for (std::size_t at = Find(bytes); at != absl::string_view::npos;) {
    if (ends[index] <= at) {
      // Hits are often in neighbours; far ones are found by halving.
      ++index;
      if (ends[index] <= at) {
        index = static_cast<std::uint32_t>(std::upper_bound(ends.begin() + index, ends.end(), at) -
                                           ends.begin());
      }
    }
    if (at + needle_.size() <= ends[index]) {
      found.Set(index);
      at = Find(bytes, ends[index]);
    } else {
      at = Find(bytes, at + 1);  // it lies across two strings
    }
  }
  return found;
}

bool MatchesWildcard(absl::string_view folded_pattern, absl::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = absl::string_view::npos;  // where to go on after the last *
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < folded_pattern.size() && folded_pattern[p] == '*') {
      star = ++p;
      star_text = t;
    } else if (p < folded_pattern.size() && folded_pattern[p] == '?') {
      ++p;
      t = NextCharacter(text, t);
    } else if (p < folded_pattern.size() && folded_pattern[p] == FoldByte(text[t])) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star;
      t = star_text = NextCharacter(text, star_text);
    } else {
      return false;
    }
  }
  while (p < folded_pattern.size() && folded_pattern[p] == '*') ++p;
  return p == folded_pattern.size();
}

}  // namespace dims

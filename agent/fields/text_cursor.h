// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/strings/string_view.h"

namespace dims {

inline bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

inline bool IsAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// `digits` as a number when it consists of 1 to 18 digits.
inline std::optional<std::int64_t> ParseDigits(absl::string_view digits) {
  if (digits.empty() || digits.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Where `c` first is in `text`, or npos. Inline: string_view::find is a call into a library.
inline std::size_t FindByte(absl::string_view text, char c, std::size_t from = 0) {
  if (from >= text.size()) return absl::string_view::npos;
  const void* at = std::memchr(text.data() + from, c, text.size() - from);
  if (at == nullptr) return absl::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

// Where `key` first is in `text`, or npos. Looks for its last byte, a sign such as '=' that is
// rarer in texts than its letters. REQUIRES: key is not empty.
inline std::size_t FindKey(absl::string_view text, absl::string_view key) {
  const std::size_t before = key.size() - 1;
  for (std::size_t at = FindByte(text, key.back(), before); at != text.npos;
       at = FindByte(text, key.back(), at + 1)) {
    if (std::memcmp(text.data() + at - before, key.data(), before) == 0) return at - before;
  }
  return absl::string_view::npos;
}

// Reads a line from left to right. A value of two pointers; what it returns are views of the line.
// Every call that does not find what it is asked for leaves the cursor where it is.
class TextCursor {
 public:
  explicit TextCursor(absl::string_view text) : text_(text) {}

  absl::string_view rest() const { return text_; }

  bool empty() const { return text_.empty(); }

  char Peek() const { return text_.empty() ? '\0' : text_.front(); }

  bool Consume(absl::string_view prefix) {
    if (text_.size() < prefix.size() ||
        std::memcmp(text_.data(), prefix.data(), prefix.size()) != 0) {
      return false;
    }
    text_.remove_prefix(prefix.size());
    return true;
  }

  bool Consume(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  void Skip(std::size_t count) { text_.remove_prefix(count < text_.size() ? count : text_.size()); }

  void SkipBlanks() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
  }

  // Up to `end`, which is consumed too; everything when there is no `end`.
  absl::string_view TakeUntil(char end) {
    const std::size_t at = FindByte(text_, end);
    const absl::string_view taken = text_.substr(0, at);
    text_.remove_prefix(at == text_.npos ? text_.size() : at + 1);
    return taken;
  }

  // Up to the next blank, which stays.
  absl::string_view TakeWord() {
    // Words are short: a loop is done before memchr has started.
    std::size_t length = 0;
    while (length < text_.size() && text_[length] != ' ') ++length;
    const absl::string_view taken(text_.data(), length);
    text_.remove_prefix(length);
    return taken;
  }

  // The leading digits as a number, at most `digits_max` of them.
  std::optional<std::int64_t> TakeNumber(std::size_t digits_max = 18) {
    std::size_t length = 0;
    std::int64_t value = 0;
    while (length < text_.size() && length < digits_max && IsDigit(text_[length])) {
      value = value * 10 + (text_[length++] - '0');
    }
    if (length == 0) return std::nullopt;
    text_.remove_prefix(length);
    return value;
  }

 private:
  absl::string_view text_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/filter/scanner.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

constexpr std::size_t kShownBytes = 60;  // of the text, each side of the caret

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '@' ||
         c == '-';
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void Scanner::SkipBlanks() {
  while (!AtEnd() && IsBlank(text_[at_])) ++at_;
}

bool Scanner::Take(char c) {
  if (AtEnd() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Scanner::AtKeyword(absl::string_view word) const {
  return absl::EqualsIgnoreCase(PeekWord(), word);
}

bool Scanner::TakeKeyword(absl::string_view word) {
  if (!AtKeyword(word)) return false;
  at_ += word.size();
  return true;
}

absl::string_view Scanner::PeekWord(absl::string_view stops) const {
  std::size_t end = at_;
  while (end < text_.size() && !IsBlank(text_[end]) &&
         absl::string_view("()|\"").find(text_[end]) == absl::string_view::npos &&
         stops.find(text_[end]) == absl::string_view::npos) {
    ++end;
  }
  return text_.substr(at_, end - at_);
}

absl::string_view Scanner::TakeName() {
  const std::size_t begin = at_;
  while (!AtEnd() && IsNameByte(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

absl::StatusOr<std::string> Scanner::TakeQuoted() {
  const std::size_t begin = at_++;
  std::string out;
  while (!AtEnd()) {
    const char c = text_[at_++];
    if (c == '"') return out;
    if (c == '\\' && (Peek() == '"' || Peek() == '\\')) {
      out += text_[at_++];
    } else {
      out += c;
    }
  }
  return ErrorAt(begin, "this quote is never closed: expected another \"");
}

absl::Status Scanner::ErrorAt(std::size_t at, absl::string_view message) const {
  return absl::InvalidArgumentError(Mark(at, message));
}

absl::Status Scanner::Expected(absl::string_view what) const {
  if (AtEnd()) return ErrorAt(at_, absl::StrCat("expected ", what, ", found the end"));
  const std::string found(PeekWord().empty() ? text_.substr(at_, 1) : PeekWord().substr(0, 20));
  return ErrorAt(at_, absl::StrCat("expected ", what, ", found ", found));
}

absl::Status Scanner::NotYetAt(std::size_t at, absl::string_view what) const {
  return absl::UnimplementedError(Mark(at, absl::StrCat(what, " is not available yet")));
}

std::string Scanner::Mark(std::size_t at, absl::string_view message) const {
  const std::size_t begin = at > kShownBytes ? at - kShownBytes : 0;
  const std::size_t end = std::min(text_.size(), at + kShownBytes);
  std::string line = begin > 0 ? "..." : "";
  std::string caret(line.size(), ' ');
  for (std::size_t i = begin; i < end; ++i) {
    const auto byte = static_cast<unsigned char>(text_[i]);
    line += byte < 0x20 || byte == 0x7f ? ' ' : text_[i];
    if (i < at && !IsContinuation(text_[i])) caret += ' ';
  }
  if (end < text_.size()) line += "...";
  return absl::StrCat(line, "\n", caret, "^\n", message);
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/regex_literals.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "common/event/text_search.h"

namespace dims {
namespace {

constexpr std::size_t kNone = absl::string_view::npos;

// Past the class that opens at `at`; kNone when it does not end.
std::size_t SkipClass(absl::string_view pattern, std::size_t at) {
  ++at;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;  // first in a class it is itself
  while (at < pattern.size()) {
    if (pattern[at] == ']') return at + 1;
    if (pattern.substr(at, 2) == "[:") {
      const std::size_t end = pattern.find(":]", at + 2);
      if (end == kNone) return kNone;
      at = end + 2;
    } else {
      at += pattern[at] == '\\' ? 2u : 1u;
    }
  }
  return kNone;
}

// Past the group that opens at `at`; kNone when it does not end, or quotes with \Q.
std::size_t SkipGroup(absl::string_view pattern, std::size_t at) {
  int depth = 0;
  while (at < pattern.size()) {
    if (pattern[at] == '[') {
      at = SkipClass(pattern, at);
      if (at == kNone) return kNone;
      continue;
    }
    if (pattern.substr(at, 2) == "\\Q") return kNone;
    if (pattern[at] == '(') ++depth;
    if (pattern[at] == ')' && --depth == 0) return at + 1;
    at += pattern[at] == '\\' ? 2u : 1u;
  }
  return kNone;
}

// Past a counted repetition like {2,5} at `at`; `at` itself when the brace is just a brace.
std::size_t SkipCount(absl::string_view pattern, std::size_t at) {
  const std::size_t end = pattern.find_first_not_of("0123456789,", at + 1);
  return end != kNone && pattern[end] == '}' ? end + 1 : at;
}

// The literals as they grow.
class Literals {
 public:
  void Add(char c) { open_ += FoldByte(c); }

  // What follows need not stand right behind.
  void Break() {
    if (!open_.empty()) done_.push_back(std::move(open_));
    open_.clear();
  }

  // The last byte may be absent.
  void DropLast() {
    if (!open_.empty()) open_.pop_back();
    Break();
  }

  std::vector<std::string> Take() {
    Break();
    return std::move(done_);
  }

 private:
  std::string open_;
  std::vector<std::string> done_;
};

}  // namespace

std::vector<std::string> LiteralsOfRegex(absl::string_view pattern) {
  Literals literals;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '|') return {};
    if (c == '(' || c == '[') {
      literals.Break();
      at = c == '(' ? SkipGroup(pattern, at) : SkipClass(pattern, at);
      if (at == kNone) return {};
      continue;
    }
    if (c == '\\') {
      if (at + 1 >= pattern.size()) return {};
      const char escaped = pattern[at + 1];
      if (absl::ascii_isalnum(static_cast<unsigned char>(escaped))) {
        if (absl::string_view("dDsSwWbBAz").find(escaped) == kNone) return {};
        literals.Break();
      } else if (absl::ascii_isascii(static_cast<unsigned char>(escaped))) {
        literals.Add(escaped);
      } else {
        return {};
      }
      at += 2;
      continue;
    }
    if (c == '*' || c == '?') {
      literals.DropLast();
    } else if (c == '{') {
      literals.DropLast();
      const std::size_t end = SkipCount(pattern, at);
      if (end != at) {
        at = end;
        continue;
      }
    } else if (c == '+' || c == '.' || c == '^' || c == '$' ||
               !absl::ascii_isascii(static_cast<unsigned char>(c))) {
      literals.Break();
    } else {
      literals.Add(c);
    }
    ++at;
  }
  return literals.Take();
}

std::vector<std::string> LiteralsOfWildcard(absl::string_view pattern) {
  return absl::StrSplit(absl::AsciiStrToLower(pattern), absl::ByAnyChar("*?"), absl::SkipEmpty());
}

}  // namespace dims

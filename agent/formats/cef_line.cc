// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cef_line.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kHeadBytesMax = 320;
constexpr std::size_t kKeyBytesMax = 96;

// By byte: may it stand in a key.
constexpr std::array<bool, 256> kKeyCharacters = [] {
  std::array<bool, 256> known{};
  for (std::size_t c = 0; c < known.size(); ++c) {
    known[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
  for (const char c : {'_', '.', '-', '[', ']', ':'}) known[static_cast<unsigned char>(c)] = true;
  return known;
}();

bool IsKeyCharacter(char c) {
  return kKeyCharacters[static_cast<unsigned char>(c)];
}

// Without blanks at its ends; a loop of its own, for values are many and short.
absl::string_view Trimmed(absl::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsEscaped(absl::string_view text, std::size_t at) {
  std::size_t slashes = 0;
  while (slashes < at && text[at - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

// Length of the key that ends before `equals`, or 0 when none could: it follows a blank or begins
// the text.
std::size_t KeyBefore(absl::string_view text, std::size_t equals) {
  std::size_t length = 0;
  while (length < equals && length < kKeyBytesMax && IsKeyCharacter(text[equals - length - 1])) {
    ++length;
  }
  const std::size_t begin = equals - length;
  if (length == 0 || (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != '\t')) return 0;
  return length;
}

struct FoundKey {
  std::size_t begin = absl::string_view::npos;
  std::size_t length = 0;  // 0: there is none
};

// The next key of `text` that an equals sign follows, from `from` on.
FoundKey NextKey(absl::string_view text, std::size_t from) {
  for (std::size_t at = FindByte(text, '=', from); at != text.npos;
       at = FindByte(text, '=', at + 1)) {
    if (at > 0 && text[at - 1] == '\\' && IsEscaped(text, at)) continue;
    const std::size_t length = KeyBefore(text, at);
    if (length > 0 && at - length >= from) return {at - length, length};
  }
  return {};
}

}  // namespace

bool CefReader::ReadHeader() {
  if (absl::ConsumePrefix(&text_, "CEF:")) {
    text_ = absl::StripLeadingAsciiWhitespace(text_);
  }
  if (text_.size() < 2 || !IsDigit(text_.front())) return false;
  const std::size_t version = FindByte(text_, '|');
  if (version == text_.npos || version > 3) return false;
  absl::string_view rest = text_.substr(version + 1);
  escapes_ = FindByte(rest, '\\') != rest.npos;
  if (escapes_) plain_.reserve(rest.size());
  for (std::size_t part = 0; part < kPartsCount; ++part) {
    std::size_t end = FindByte(rest, '|');
    while (end != rest.npos && IsEscaped(rest, end)) end = FindByte(rest, '|', end + 1);
    // A severity without a bar ends the line.
    if (end == rest.npos && part + 1 < kPartsCount) return false;
    parts_[part] = rest.substr(0, end);
    rest = end == rest.npos ? absl::string_view() : rest.substr(end + 1);
  }
  pairs_ = SpacedPairs(Trimmed(rest));
  for (absl::string_view& part : parts_) part = Plain(Trimmed(part));
  return true;
}

bool CefReader::Next(absl::string_view* key, absl::string_view* value) {
  if (!pairs_.Next(key, value)) return false;
  *value = Plain(*value);
  return true;
}

bool SpacedPairs::Next(absl::string_view* key, absl::string_view* value) {
  if (key_bytes_ == 0) {
    const FoundKey first = NextKey(text_, 0);
    if (first.length == 0) return false;
    text_.remove_prefix(first.begin);
    key_bytes_ = first.length;
  }
  *key = text_.substr(0, key_bytes_);
  const std::size_t begin = key_bytes_ + 1;
  const FoundKey next = NextKey(text_, begin);
  *value = Trimmed(text_.substr(begin, next.begin - begin));
  text_ = next.length == 0 ? absl::string_view() : text_.substr(next.begin);
  key_bytes_ = next.length;
  return true;
}

absl::string_view CefReader::Plain(absl::string_view value) {
  if (!escapes_ || FindByte(value, '\\') == value.npos) return value;
  const std::size_t begin = plain_.size();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    const bool escape = value[i] == '\\' && (next == '=' || next == '\\' || next == '|');
    plain_.push_back(value[escape ? ++i : i]);
  }
  return absl::string_view(plain_).substr(begin);
}

std::size_t FindEventFormat(absl::string_view text, absl::string_view word) {
  const absl::string_view head = text.substr(0, kHeadBytesMax);
  for (std::size_t at = head.find(word); at != head.npos; at = head.find(word, at + 1)) {
    const absl::string_view behind =
        absl::StripLeadingAsciiWhitespace(head.substr(at + word.size()));
    if (behind.size() > 1 && IsDigit(behind[0]) &&
        FindByte(behind.substr(0, 4), '|') != behind.npos) {
      return at;
    }
  }
  return text.npos;
}

}  // namespace dims

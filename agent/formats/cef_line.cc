// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cef_line.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kHeadBytesMax = 320;
constexpr std::size_t kKeyBytesMax = 96;

bool IsKeyCharacter(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '.' || c == '-' || c == '[' ||
         c == ']' || c == ':';
}

// Without blanks at its ends; a loop of its own, for values are many and short.
absl::string_view Trimmed(absl::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Length of the key that begins `text`, where an equals sign follows it; 0: none does.
std::size_t KeyAtFront(absl::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && length < kKeyBytesMax && IsKeyCharacter(text[length])) ++length;
  return length < text.size() && text[length] == '=' ? length : 0;
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

// Where the next "key=" of `text` begins, from `from` on; npos: nowhere.
std::size_t NextKey(absl::string_view text, std::size_t from) {
  for (std::size_t at = FindByte(text, '=', from); at != text.npos;
       at = FindByte(text, '=', at + 1)) {
    if (at > 0 && text[at - 1] == '\\' && IsEscaped(text, at)) continue;
    const std::size_t length = KeyBefore(text, at);
    if (length > 0 && at - length >= from) return at - length;
  }
  return text.npos;
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
  text_ = Trimmed(rest);
  for (absl::string_view& part : parts_) part = Plain(Trimmed(part));
  return true;
}

bool CefReader::Next(absl::string_view* key, absl::string_view* value) {
  if (!TakeSpacedPair(&text_, key, value)) return false;
  *value = Plain(*value);
  return true;
}

bool TakeSpacedPair(absl::string_view* text, absl::string_view* key, absl::string_view* value) {
  // What the call before left begins with a key.
  std::size_t equals = KeyAtFront(*text);
  const std::size_t begin = equals > 0 ? 0 : NextKey(*text, 0);
  if (begin == text->npos) return false;
  if (begin > 0) equals = FindByte(*text, '=', begin);
  *key = text->substr(begin, equals - begin);
  const std::size_t next = NextKey(*text, equals + 1);
  *value = Trimmed(text->substr(equals + 1, next - equals - 1));
  *text = next == text->npos ? absl::string_view() : text->substr(next);
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

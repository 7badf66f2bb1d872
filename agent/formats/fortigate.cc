// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/fortigate.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/fortigate_record.h"

namespace dims {
namespace {

constexpr int kPairsMax = 256;
constexpr std::size_t kHeadBytes = 512;  // where a record names itself

// Index of the quote that closes a value, or npos; a backslash before a quote takes its meaning.
std::size_t ClosingQuote(absl::string_view text) {
  std::size_t at = 0;
  while ((at = FindByte(text, '"', at)) != text.npos) {
    std::size_t slashes = 0;
    while (slashes < at && text[at - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return at;
    // "C:\temp\" is how older releases end a value.
    if (at + 1 < text.size() && text[at + 1] == ' ' &&
        FindByte(text, '=', at) < FindByte(text, '"', at + 1)) {
      return at;
    }
    ++at;
  }
  return text.npos;
}

// Up to the next blank, and where its first comma is, if it has one.
absl::string_view TakeWordWithComma(TextCursor& cursor, std::size_t* comma) {
  const absl::string_view rest = cursor.rest();
  std::size_t length = 0;
  for (; length < rest.size() && rest[length] != ' '; ++length) {
    if (rest[length] == ',' && *comma == rest.npos) *comma = length;
  }
  cursor.Skip(length);
  return rest.substr(0, length);
}

// The next pair of "key=value", blanks or commas between; false at the end.
bool NextPair(TextCursor& cursor, const FortigateRecord& record, absl::string_view* key,
              absl::string_view* value) {
  while (cursor.Peek() == ' ' || cursor.Peek() == ',') cursor.Skip(1);
  const absl::string_view rest = cursor.rest();
  std::size_t length = record.ExpectedKey(rest);
  if (length == 0) {
    while (length < rest.size() && rest[length] != '=' && rest[length] != ' ') ++length;
  }
  *key = rest.substr(0, length);
  *value = {};
  cursor.Skip(length);
  if (!cursor.Consume('=')) return !rest.empty();
  if (cursor.Consume('"')) {
    const std::size_t end = ClosingQuote(cursor.rest());
    *value = cursor.rest().substr(0, end);
    cursor.Skip(end == absl::string_view::npos ? cursor.rest().size() : end + 1);
    return true;
  }
  std::size_t comma = rest.npos;
  *value = TakeWordWithComma(cursor, &comma);
  if (comma != rest.npos) {
    // The csv style; otherwise commas are part of the value.
    if (FindByte(*value, '=', comma) != value->npos || comma + 1 == value->size()) {
      cursor = TextCursor(rest.substr(length + 1 + comma + 1));
      *value = value->substr(0, comma);
    }
  }
  return true;
}

}  // namespace

bool IsFortigate(const TextInput& input) {
  constexpr absl::string_view kFirst[] = {
      "date=",   "time=",  "timestamp=", "devname=", "devid=", "logid=",
      "logver=", "itime=", "eventtime=", "tz=",      "type="};
  const absl::string_view text =
      absl::StripLeadingAsciiWhitespace(input.text.substr(0, kHeadBytes));
  if (text.empty() || FindByte("dtlie", text.front()) == absl::string_view::npos) return false;
  const bool first = std::any_of(std::begin(kFirst), std::end(kFirst), [&](absl::string_view word) {
    return absl::StartsWith(text, word);
  });
  if (!first || !absl::StrContains(text, "type=")) return false;
  return absl::StrContains(text, "logid=") || absl::StrContains(text, "devid=") ||
         absl::StrContains(text, "log_id=") ||
         (absl::StrContains(text, "subtype=") && absl::StrContains(text, "vd="));
}

std::optional<TextResult> ParseFortigate(const TextInput& input, EventRow& row) {
  FortigateRecord record(row);
  TextCursor cursor(absl::StripLeadingAsciiWhitespace(input.text));
  absl::string_view key;
  absl::string_view value;
  const bool escapes = FindByte(input.text, '\\') != input.text.npos;
  for (int pairs = 0; pairs < kPairsMax && NextPair(cursor, record, &key, &value); ++pairs) {
    if (escapes && FindByte(value, '\\') != value.npos && !FortigateRecord::KeepsView(key)) {
      record.Set(key, absl::StrReplaceAll(value, {{"\\\"", "\""}}));
    } else {
      record.Set(key, value);
    }
  }
  return record.Finish();
}

}  // namespace dims

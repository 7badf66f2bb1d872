// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/device_prefix.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kPrefixBytesMax = 160;
constexpr std::size_t kTagBytesMax = 96;
constexpr std::size_t kDeviceHostBytesMax = 64;
constexpr int kPartsMax = 6;
constexpr absl::string_view kRepeated = "last message repeated ";  // "3 times"

// "%SYS-5-CONFIG_I", "%SEC_LOGIN-SW2-5-LOGIN_SUCCESS": a digit between two hyphens.
bool IsTag(absl::string_view text) {
  if (text.size() < 6 || text.front() != '%' || !(IsAsciiLetter(text[1]) || text[1] == '-')) {
    return false;
  }
  for (std::size_t at = 1; at < text.size() && at < kTagBytesMax; ++at) {
    const char c = text[at];
    if (c == ' ' || c == ':') return false;
    if (c == '-' && at + 2 < text.size() && IsDigit(text[at + 1]) && text[at + 2] == '-')
      return true;
  }
  return false;
}

// "2023 May  2 12:55:19.123 UTC", or with the year later or not at all.
std::optional<ClockText> ReadDeviceClock(absl::string_view text) {
  if (text.empty() || !IsDigit(text.front())) return ReadBsdClock(text);
  TextCursor cursor(text);
  const auto year = cursor.TakeNumber(4);
  if (!year || *year < 1970 || !cursor.Consume(' ')) return std::nullopt;
  auto clock = ReadBsdClock(cursor.rest());
  if (!clock || clock->year != 0) return std::nullopt;
  clock->year = static_cast<std::int32_t>(*year);
  clock->style = ClockStyle::kOther;
  clock->length += text.size() - cursor.rest().size();
  return clock;
}

// "00:00:46:", "1w2d:", "AEST:": how long it has run, or the zone of the header's time.
bool IsPassedOver(absl::string_view word) {
  if (word.size() < 2 || word.size() > 16 || word.back() != ':') return false;
  bool digits = false;
  bool other = false;
  bool capitals = true;
  for (const char c : word.substr(0, word.size() - 1)) {
    digits = digits || IsDigit(c);
    other = other ||
            !(IsDigit(c) || c == ':' || c == '.' || c == 'w' || c == 'd' || c == 'h' || c == 'y');
    capitals = capitals && c >= 'A' && c <= 'Z';
  }
  if (word == "gmt:" || word == "utc:") return true;
  return (digits && !other) || (capitals && word.size() >= 4 && word.size() <= 6);
}

// One part off the front; false: it is none.
bool ReadPart(TextCursor& cursor, DevicePrefix& prefix) {
  if (!prefix.clock) {
    if (const auto clock = ReadDeviceClock(cursor.rest())) {
      prefix.clock = clock;
      cursor.Skip(clock->length);
      return true;
    }
  }
  TextCursor ahead = cursor;
  absl::string_view word = ahead.TakeWord();
  if (word.empty() || word.size() > kDeviceHostBytesMax) return false;
  if (IsPassedOver(word)) {
    cursor = ahead;
    return true;
  }
  if (!prefix.host.empty()) return false;  // a device names nobody but itself, and once
  if (word.back() == ':') word.remove_suffix(1);
  if (word.empty() || word.find_first_of("[]{}\"=(,") != word.npos) return false;
  prefix.host = word;
  cursor = ahead;
  return true;
}

// "... 1 time", "... 3 times": seen at once, where a search for words is not.
bool TellsOfTimes(absl::string_view text) {
  text = absl::StripTrailingAsciiWhitespace(text);
  return absl::EndsWith(absl::StripSuffix(text, "s"), " time");
}

}  // namespace

std::optional<DevicePrefix> ReadDevicePrefix(absl::string_view text) {
  const absl::string_view near = text.substr(0, kPrefixBytesMax);
  const bool tagged = FindByte(near, '%') != near.npos;
  if (!tagged && !(TellsOfTimes(text) && absl::StrContains(near, kRepeated))) return std::nullopt;
  DevicePrefix prefix;
  TextCursor cursor(text);
  for (int parts = 0; parts <= kPartsMax; ++parts) {
    while (cursor.Peek() == ' ' || cursor.Peek() == ':') cursor.Skip(1);
    const bool ends =
        tagged ? IsTag(cursor.rest()) : prefix.clock && absl::StartsWith(cursor.rest(), kRepeated);
    if (ends) {
      prefix.length = text.size() - cursor.rest().size();
      if (prefix.length == 0) return std::nullopt;
      return prefix;
    }
    if (!ReadPart(cursor, prefix)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace dims

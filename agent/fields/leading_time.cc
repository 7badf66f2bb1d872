// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/leading_time.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

// How far into a web server's line its time may stand: after address, identity and user.
constexpr std::size_t kWebTimeBytesMax = 256;

constexpr absl::string_view kLevels[] = {"INFO",  "WARN",   "WARNING",  "ERROR", "DEBUG", "TRACE",
                                         "FATAL", "NOTICE", "CRITICAL", "CRIT",  "ALERT", "EMERG"};

bool IsLevel(absl::string_view word) {
  for (const absl::string_view level : kLevels) {
    if (absl::EqualsIgnoreCase(word, level)) return true;
  }
  return false;
}

// A level among the next two words, in brackets or not: "25746 INFO", "[error]".
absl::string_view FindLevel(absl::string_view text) {
  TextCursor cursor(text);
  for (int word = 0; word < 2; ++word) {
    cursor.SkipBlanks();
    absl::string_view candidate = cursor.TakeWord();
    while (!candidate.empty() && !IsAsciiLetter(candidate.front())) candidate.remove_prefix(1);
    while (!candidate.empty() && !IsAsciiLetter(candidate.back())) candidate.remove_suffix(1);
    if (IsLevel(candidate)) return candidate;
  }
  return {};
}

std::optional<ClockText> ReadWebTime(absl::string_view line) {
  const std::size_t bracket = line.substr(0, kWebTimeBytesMax).find(" [");
  if (bracket == line.npos) return std::nullopt;
  return ReadWebClock(line.substr(bracket + 2));
}

}  // namespace

std::optional<LeadingTime> ReadLeadingTime(absl::string_view line) {
  TextCursor cursor(line);
  cursor.Consume('[');
  const absl::string_view text = cursor.rest();
  LeadingTime out;
  std::optional<ClockText> clock = ReadIsoClock(text);
  if (!clock && IsAsciiLetter(cursor.Peek())) clock = ReadAsctimeClock(text);
  if (clock) {
    out.clock = *clock;
    cursor.Skip(clock->length);
    if (!cursor.Consume(']') && !cursor.empty() && cursor.Peek() != ' ' && cursor.Peek() != ',') {
      return std::nullopt;  // digits that go on are no time
    }
    out.level = FindLevel(cursor.rest());
    return out;
  }
  clock = ReadWebTime(line);
  if (!clock) return std::nullopt;
  out.clock = *clock;
  return out;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/time_layout.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

constexpr absl::string_view kConversions = "YmdeHMSybBahApIfzs";
constexpr absl::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                             "May",       "June",     "July",     "August",
                                             "September", "October",  "November", "December"};
constexpr absl::string_view kDayNames[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                           "Thursday", "Friday", "Saturday"};

// What was read so far.
struct ClockReading {
  ClockText text;
  std::optional<bool> afternoon;
  std::optional<std::int64_t> time_ns;
  bool twelve = false;  // the hour is one of twelve
};

bool TakeInto(TextCursor& cursor, std::size_t digits_max, std::int64_t least, std::int64_t most,
              std::int32_t& out) {
  const auto number = cursor.TakeNumber(digits_max);
  if (!number || *number < least || *number > most) return false;
  out = static_cast<std::int32_t>(*number);
  return true;
}

// The longest name at the cursor, else its first three letters; its number, or -1.
template <typename Names>
std::int32_t TakeListed(TextCursor& cursor, const Names& names) {
  std::int32_t number = 0;
  for (const absl::string_view name : names) {
    for (const std::size_t bytes : {name.size(), std::size_t{3}}) {
      if (!absl::EqualsIgnoreCase(cursor.rest().substr(0, bytes), name.substr(0, bytes))) continue;
      cursor.Skip(bytes);
      return number;
    }
    ++number;
  }
  return -1;
}

bool TakeFraction(TextCursor& cursor, ClockText& clock) {
  if (!IsDigit(cursor.Peek())) return false;
  std::int32_t scale = 100'000'000;
  for (; IsDigit(cursor.Peek()); cursor.Skip(1), scale /= 10) {
    clock.nanos += (cursor.Peek() - '0') * scale;
  }
  return true;
}

bool TakeZone(TextCursor& cursor, ClockText& clock) {
  clock.has_zone = true;
  if (cursor.Consume('Z') || cursor.Consume("UTC") || cursor.Consume("GMT")) return true;
  const bool west = cursor.Peek() == '-';
  if (!cursor.Consume('+') && !cursor.Consume('-')) return false;
  std::int32_t hours = 0;
  std::int32_t minutes = 0;
  if (!TakeInto(cursor, 2, 0, 23, hours)) return false;
  cursor.Consume(':');
  if (IsDigit(cursor.Peek()) && !TakeInto(cursor, 2, 0, 59, minutes)) return false;
  clock.offset_s = (hours * 60 + minutes) * (west ? -60 : 60);
  return true;
}

bool TakeSeconds(TextCursor& cursor, ClockReading& clock) {
  absl::string_view text = cursor.rest();
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return IsDigit(c) || c == '.'; });
  text = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  clock.time_ns = ReadTimeValue(text);
  cursor.Skip(text.size());
  return clock.time_ns.has_value();
}

bool TakeYearOfCentury(TextCursor& cursor, ClockText& clock) {
  if (!TakeInto(cursor, 2, 0, 99, clock.year)) return false;
  clock.year += clock.year < 69 ? 2000 : 1900;
  return true;
}

bool TakeMonthName(TextCursor& cursor, ClockText& clock) {
  clock.month = TakeListed(cursor, kMonthNames) + 1;
  return clock.month > 0;
}

bool TakeHalf(TextCursor& cursor, ClockReading& clock) {
  const absl::string_view word = cursor.rest().substr(0, 2);
  clock.afternoon = absl::EqualsIgnoreCase(word, "pm");
  cursor.Skip(2);
  return *clock.afternoon || absl::EqualsIgnoreCase(word, "am");
}

bool TakeTwelve(TextCursor& cursor, ClockReading& clock) {
  clock.twelve = true;
  return TakeInto(cursor, 2, 1, 12, clock.text.hour);
}

bool Take(char conversion, TextCursor& cursor, ClockReading& clock) {
  switch (conversion) {
    case 'Y':
      return TakeInto(cursor, 4, 1700, 2200, clock.text.year);
    case 'y':
      return TakeYearOfCentury(cursor, clock.text);
    case 'm':
      return TakeInto(cursor, 2, 1, 12, clock.text.month);
    case 'b':
      return TakeMonthName(cursor, clock.text);
    case 'd':
      cursor.SkipBlanks();
      return TakeInto(cursor, 2, 1, 31, clock.text.day);
    case 'a':
      return TakeListed(cursor, kDayNames) >= 0;
    case 'H':
      cursor.SkipBlanks();
      return TakeInto(cursor, 2, 0, 23, clock.text.hour);
    case 'I':
      cursor.SkipBlanks();
      return TakeTwelve(cursor, clock);
    case 'p':
      return TakeHalf(cursor, clock);
    case 'M':
      return TakeInto(cursor, 2, 0, 59, clock.text.minute);
    case 'S':
      return TakeInto(cursor, 2, 0, 60, clock.text.second);
    case 'f':
      return TakeFraction(cursor, clock.text);
    case 'z':
      return TakeZone(cursor, clock.text);
    case 's':
      return TakeSeconds(cursor, clock);
    default:
      return false;
  }
}

std::optional<TimeLayout::Reading> Finished(ClockReading& clock) {
  TimeLayout::Reading out;
  if (clock.time_ns) {
    out.time_ns = clock.time_ns;
    return out;
  }
  ClockText& text = clock.text;
  if (clock.twelve) text.hour = text.hour % 12 + (clock.afternoon.value_or(false) ? 12 : 0);
  if (text.second == 60) text.second = 59;
  // A leap year stands in for the year that is not known yet.
  const absl::CivilDay day(text.year == 0 ? 2024 : text.year, text.month, text.day);
  if (day.month() != text.month || day.day() != text.day) return std::nullopt;
  out.clock = text;
  return out;
}

std::optional<TimeLayout::Reading> ReadAny(absl::string_view text) {
  TimeLayout::Reading out;
  if (const auto time_ns = ReadTimeValue(text)) {
    out.time_ns = time_ns;
    return out;
  }
  for (const auto read : {ReadIsoClock, ReadBsdClock, ReadWebClock, ReadAsctimeClock}) {
    const auto clock = read(text);
    if (!clock || clock->length > text.size()) continue;
    out.clock = *clock;
    return out;
  }
  return std::nullopt;
}

// What stands for the same.
char Plain(char conversion) {
  switch (conversion) {
    case 'e':
      return 'd';
    case 'B':
    case 'h':
      return 'b';
    case 'A':
      return 'a';
    default:
      return conversion;
  }
}

}  // namespace

absl::StatusOr<TimeLayout> TimeLayout::Parse(absl::string_view layout) {
  constexpr std::size_t kLayoutBytesMax = 128;
  if (layout.size() > kLayoutBytesMax)
    return absl::InvalidArgumentError("a layout has up to 128 bytes");
  TimeLayout out;
  for (std::size_t at = 0; at < layout.size(); ++at) {
    if (layout[at] != '%') {
      out.steps_.push_back({0, layout[at]});
      continue;
    }
    const char conversion = ++at < layout.size() ? layout[at] : '\0';
    if (conversion == '%') {
      out.steps_.push_back({0, '%'});
    } else if (conversion == 'T') {
      out.steps_.insert(out.steps_.end(), {{'H', 0}, {0, ':'}, {'M', 0}, {0, ':'}, {'S', 0}});
    } else if (conversion != '\0' && absl::StrContains(kConversions, conversion)) {
      out.steps_.push_back({Plain(conversion), 0});
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("\"%", layout.substr(at, 1),
                       "\" is no conversion; there are %Y %m %d %e %H %M %S %y %b %a %I %p %f %z "
                       "%s %T %%"));
    }
  }
  const auto has = [&out](char conversion) {
    return std::any_of(out.steps_.begin(), out.steps_.end(),
                       [&](const Step& step) { return step.conversion == conversion; });
  };
  const bool whole = has('d') && (has('m') || has('b')) && (has('H') || (has('I') && has('p')));
  if (!out.steps_.empty() && !whole && !has('s')) {
    return absl::InvalidArgumentError(
        "a layout needs a month, a day and an hour (%H, or %I and %p)");
  }
  return out;
}

std::optional<TimeLayout::Reading> TimeLayout::Read(absl::string_view text) const {
  if (steps_.empty()) return ReadAny(text);
  ClockReading clock;
  TextCursor cursor(text);
  for (const Step& step : steps_) {
    if (step.conversion != 0) {
      if (!Take(step.conversion, cursor, clock)) return std::nullopt;
    } else if (step.literal == ' ') {
      if (cursor.Peek() != ' ') return std::nullopt;
      cursor.SkipBlanks();
    } else if (!cursor.Consume(step.literal)) {
      return std::nullopt;
    }
  }
  return cursor.empty() ? Finished(clock) : std::nullopt;
}

}  // namespace dims

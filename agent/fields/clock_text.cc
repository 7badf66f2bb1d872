// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/clock_text.h"

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::int32_t kDaysOfMonth[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

// Two digits at `at`, or -1.
std::int32_t TwoDigitsAt(absl::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !IsDigit(text[at]) || !IsDigit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// 1..12 for "Jan".."Dec" at the start of `text`, in any case, else 0; `exact` where it is as
// written here.
std::int32_t MonthOf(absl::string_view text, bool* exact) {
  static constexpr absl::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 3) return 0;
  for (std::size_t month = 0; month < 12; ++month) {
    const absl::string_view name = kMonths.substr(month * 3, 3);
    if ((text.front() | 0x20) != (name.front() | 0x20)) continue;
    *exact = std::memcmp(text.data(), name.data(), 3) == 0;
    if (*exact || absl::EqualsIgnoreCase(text.substr(0, 3), name)) {
      return static_cast<std::int32_t>(month + 1);
    }
  }
  return 0;
}

bool ValidDate(const ClockText& clock) {
  if (clock.month < 1 || clock.month > 12 || clock.day < 1 ||
      clock.day > kDaysOfMonth[clock.month - 1]) {
    return false;
  }
  if (clock.year == 0 || clock.month != 2 || clock.day != 29) return true;
  return absl::CivilDay(clock.year, 2, 29).day() == 29;
}

// "03:04:05".
bool ReadTimeOfDay(TextCursor& cursor, ClockText& clock) {
  const absl::string_view text = cursor.rest();
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  clock.hour = TwoDigitsAt(text, 0);
  clock.minute = TwoDigitsAt(text, 3);
  clock.second = TwoDigitsAt(text, 6);
  if (clock.hour < 0 || clock.hour > 23 || clock.minute < 0 || clock.minute > 59 ||
      clock.second < 0 || clock.second > 60) {
    return false;
  }
  if (clock.second == 60) {
    clock.second = 59;
    clock.style = ClockStyle::kOther;
  }
  cursor.Skip(8);
  return true;
}

// ".123456"; nothing is read when no digit follows.
void ReadFraction(TextCursor& cursor, ClockText& clock) {
  const absl::string_view text = cursor.rest();
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !IsDigit(text[1])) return;
  clock.fraction_separator = text[0];
  std::size_t length = 1;
  std::int32_t scale = 100'000'000;
  for (; length < text.size() && IsDigit(text[length]); ++length) {
    clock.nanos += (text[length] - '0') * scale;
    scale /= 10;
  }
  clock.fraction_digits = static_cast<std::int32_t>(length - 1);
  cursor.Skip(length);
}

void SetZone(ClockText& clock, ZoneStyle style, std::int32_t offset_s) {
  clock.has_zone = true;
  clock.zone_style = style;
  clock.offset_s = offset_s;
}

// "Z", "+01:00", "+0100", "+01". False when there is something that starts like one and is none.
bool ReadZone(TextCursor& cursor, ClockText& clock) {
  if (cursor.Consume('Z')) {
    SetZone(clock, ZoneStyle::kZulu, 0);
    return true;
  }
  const absl::string_view text = cursor.rest();
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return true;
  const std::int32_t hours = TwoDigitsAt(text, 1);
  if (hours < 0 || hours > 23) return false;
  const bool colon = text.size() > 3 && text[3] == ':';
  const std::int32_t minutes = TwoDigitsAt(text, colon ? 4 : 3);
  if (minutes > 59 || (colon && minutes < 0)) return false;
  const std::int32_t offset_s = (hours * 60 + (minutes < 0 ? 0 : minutes)) * 60;
  // "-00:00" is a zone, but it does not render: the layout knows one zero.
  if (text[0] == '-' && offset_s == 0) clock.style = ClockStyle::kOther;
  SetZone(clock,
          colon         ? ZoneStyle::kColon
          : minutes < 0 ? ZoneStyle::kHours
                        : ZoneStyle::kBasic,
          text[0] == '-' ? -offset_s : offset_s);
  cursor.Skip(colon ? 6 : minutes < 0 ? 3 : 5);
  return true;
}

// Month and day of "Jan  2 ", leaving the cursor at the time (or the year).
bool ReadMonthAndDay(TextCursor& cursor, ClockText& clock) {
  bool exact = true;
  clock.month = MonthOf(cursor.rest(), &exact);
  const absl::string_view text = cursor.rest();
  if (clock.month == 0 || text.size() < 6 || text[3] != ' ') return false;
  clock.style = ClockStyle::kBsd;
  if (text[4] == '0') clock.style = ClockStyle::kBsdZeros;
  cursor.Skip(4);
  const bool padded = cursor.Consume(' ');
  const std::size_t before = cursor.rest().size();
  const auto day = cursor.TakeNumber(2);
  if (!day || !cursor.Consume(' ')) return false;
  clock.day = static_cast<std::int32_t>(*day);
  const std::size_t digits = before - cursor.rest().size() - 1;
  if (!exact || (padded ? digits != 1 : digits != 2)) clock.style = ClockStyle::kOther;
  return true;
}

// "2026 " before or after the time of day.
bool ReadYear(TextCursor& cursor, ClockText& clock) {
  const absl::string_view text = cursor.rest();
  const std::int32_t century = TwoDigitsAt(text, 0);
  const std::int32_t year = TwoDigitsAt(text, 2);
  if (century < 19 || century > 21 || year < 0) return false;
  if (text.size() > 4 && text[4] != ' ' && text[4] != ':' && text[4] != ']') return false;
  clock.year = century * 100 + year;
  clock.style = ClockStyle::kOther;
  cursor.Skip(4);
  return true;
}

// Abbreviations that devices of Cisco write between time and colon, where nothing else stands.
// Where one has two meanings, North America's and Europe's counts.
struct Zone {
  absl::string_view name;
  std::int32_t offset_s;
};

constexpr Zone kZones[] = {
    {"EST:", -5 * 3600},  {"EDT:", -4 * 3600},  {"CST:", -6 * 3600},  {"CDT:", -5 * 3600},
    {"MST:", -7 * 3600},  {"MDT:", -6 * 3600},  {"PST:", -8 * 3600},  {"PDT:", -7 * 3600},
    {"AKST:", -9 * 3600}, {"AKDT:", -8 * 3600}, {"HST:", -10 * 3600}, {"WET:", 0},
    {"WEST:", 3600},      {"CET:", 3600},       {"CEST:", 7200},      {"EET:", 7200},
    {"EEST:", 10800},     {"MSK:", 10800},      {"JST:", 32400},      {"AWST:", 28800},
    {"ACST:", 34200},     {"ACDT:", 37800},     {"AEST:", 36000},     {"AEDT:", 39600},
    {"NZST:", 43200},     {"NZDT:", 46800},     {"BRT:", -10800},     {"SAST:", 7200},
};

const Zone* FindZone(absl::string_view text) {
  for (const Zone& zone : kZones) {
    if (text.substr(0, zone.name.size()) == zone.name) return &zone;
  }
  return nullptr;
}

// What some devices write after the time: " 2026", " UTC", " +0100". The blank stays when there is
// none of it. Other abbreviations are not zones: the next word is a host.
void ReadAfterBsd(TextCursor& cursor, ClockText& clock) {
  TextCursor ahead = cursor;
  if (!ahead.Consume(' ')) return;
  if (clock.year == 0 && ReadYear(ahead, clock)) {
    cursor = ahead;
    if (!ahead.Consume(' ')) return;
  }
  const char next = ahead.Peek();
  if (const Zone* zone = FindZone(ahead.rest())) {
    ahead.Skip(zone->name.size() - 1);
    SetZone(clock, ZoneStyle::kNone, zone->offset_s);
  } else if (ahead.Consume("UTC") || ahead.Consume("GMT")) {
    if (!ahead.empty() && ahead.Peek() != ' ' && ahead.Peek() != ':') return;
    SetZone(clock, ZoneStyle::kNone, 0);
  } else if ((next != '+' && next != '-') || !ReadZone(ahead, clock) || !clock.has_zone) {
    return;
  }
  clock.style = ClockStyle::kOther;
  cursor = ahead;
}

std::optional<ClockText> Finished(ClockText& clock, absl::string_view text,
                                  const TextCursor& cursor) {
  if (!ValidDate(clock)) return std::nullopt;
  clock.length = text.size() - cursor.rest().size();
  return clock;
}

}  // namespace

std::optional<ClockText> ReadBsdClock(absl::string_view text) {
  ClockText clock;
  TextCursor cursor(text);
  const bool marked = cursor.Consume('*') || cursor.Consume('.');
  if (!ReadMonthAndDay(cursor, clock)) return std::nullopt;
  if (ReadYear(cursor, clock) && !cursor.Consume(' ')) return std::nullopt;
  if (!ReadTimeOfDay(cursor, clock)) return std::nullopt;
  ReadFraction(cursor, clock);
  if (marked || clock.fraction_digits > 0) clock.style = ClockStyle::kOther;
  ReadAfterBsd(cursor, clock);
  return Finished(clock, text, cursor);
}

std::optional<ClockText> ReadIsoClock(absl::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (text[10] != 'T' && text[10] != ' ' && text[10] != 't') return std::nullopt;
  const std::int32_t century = TwoDigitsAt(text, 0);
  const std::int32_t year = TwoDigitsAt(text, 2);
  if (century < 0 || year < 0) return std::nullopt;
  ClockText clock;
  clock.style = text[10] == 't' ? ClockStyle::kOther : ClockStyle::kIso;
  clock.year = century * 100 + year;
  clock.month = TwoDigitsAt(text, 5);
  clock.day = TwoDigitsAt(text, 8);
  // Years a 64-bit count of nanoseconds holds.
  if (clock.year < 1700 || clock.year > 2200) return std::nullopt;
  clock.date_separator = text[10] == ' ' ? ' ' : 'T';
  TextCursor cursor(text.substr(11));
  if (!ReadTimeOfDay(cursor, clock)) return std::nullopt;
  ReadFraction(cursor, clock);
  if (clock.fraction_digits > 9) clock.style = ClockStyle::kOther;
  if (!ReadZone(cursor, clock)) return std::nullopt;
  return Finished(clock, text, cursor);
}

std::optional<ClockText> ReadAsctimeClock(absl::string_view text) {
  if (text.size() < 24 || text[3] != ' ') return std::nullopt;
  ClockText clock;
  TextCursor cursor(text.substr(4));
  if (!ReadMonthAndDay(cursor, clock) || !ReadTimeOfDay(cursor, clock)) return std::nullopt;
  ReadFraction(cursor, clock);
  clock.style = ClockStyle::kOther;
  if (!cursor.Consume(' ') || !ReadYear(cursor, clock)) return std::nullopt;
  return Finished(clock, text, cursor);
}

std::optional<ClockText> ReadWebClock(absl::string_view text) {
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  ClockText clock;
  clock.day = TwoDigitsAt(text, 0);
  bool exact = true;
  clock.month = MonthOf(text.substr(3), &exact);
  TextCursor cursor(text.substr(7));
  if (!ReadYear(cursor, clock) || !cursor.Consume(':') || !ReadTimeOfDay(cursor, clock)) {
    return std::nullopt;
  }
  TextCursor zone = cursor;
  if (zone.Consume(' ') && ReadZone(zone, clock) && clock.has_zone) cursor = zone;
  return Finished(clock, text, cursor);
}

}  // namespace dims

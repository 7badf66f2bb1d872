// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace dims {

enum class ClockStyle : std::uint8_t {
  kBsd,       // "Jan  2 03:04:05"
  kBsdZeros,  // "Jan 02 03:04:05"
  kIso,       // "2026-01-02T03:04:05.123456+01:00" and its relatives
  kOther,     // read, but not one that a layout can render
};

enum class ZoneStyle : std::uint8_t { kNone, kZulu, kColon, kBasic, kHours };

// A time as a log line writes it: what was read, and how it was written. A value.
struct ClockText {
  std::int32_t year = 0;  // 0: none given
  std::int32_t month = 1;
  std::int32_t day = 1;
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  std::int32_t second = 0;
  std::int32_t nanos = 0;
  std::int32_t offset_s = 0;  // east of UTC, when has_zone
  bool has_zone = false;
  ClockStyle style = ClockStyle::kOther;
  ZoneStyle zone_style = ZoneStyle::kNone;
  std::int32_t fraction_digits = 0;  // above 9 the value is cut to nanoseconds
  char date_separator = 'T';
  char fraction_separator = '.';
  std::size_t length = 0;  // bytes of the text that were read
};

// Read a time at the beginning of `text`; what follows is the caller's business. A leap second (60)
// counts as the second before it, so nothing is lost; 24:00 is refused. Thread: any.

// "Jan  2 03:04:05", "Jan 02 ...", "Jan 2 ..."; also "Jan 2 2026 03:04:05", a fraction, a year or a
// zone ("UTC", "+0100") after the time, and Cisco's leading '*' or '.'.
std::optional<ClockText> ReadBsdClock(absl::string_view text);

// "2026-01-02T03:04:05", ' ' for 'T', a fraction after '.' or ',', zone Z, +01:00, +0100, +01 or
// none.
std::optional<ClockText> ReadIsoClock(absl::string_view text);

// "Sun Dec 04 04:47:44 2005", "Sun Dec 04 04:47:44.123456 2005" (asctime).
std::optional<ClockText> ReadAsctimeClock(absl::string_view text);

// "10/Oct/2000:13:55:36 -0700" (web servers).
std::optional<ClockText> ReadWebClock(absl::string_view text);

}  // namespace dims

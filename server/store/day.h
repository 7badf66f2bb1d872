// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace dims {

// Days of the store: UTC days since 1970, negative before.
using DayNumber = std::int64_t;

inline constexpr std::int64_t kDayNanoseconds = 86'400'000'000'000;

inline DayNumber DayOf(std::int64_t time_ns) {
  const std::int64_t day = time_ns / kDayNanoseconds;
  return time_ns % kDayNanoseconds < 0 ? day - 1 : day;
}

// The first nanosecond after `day`.
inline std::int64_t DayEnd(DayNumber day) {
  return (day + 1) * kDayNanoseconds;
}

// "20260115".
inline std::string DayName(DayNumber day) {
  const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day;
  char text[32];
  const int size = std::snprintf(text, sizeof(text), "%04lld%02d%02d",
                                 static_cast<long long>(civil.year()), civil.month(), civil.day());
  return std::string(text, static_cast<std::size_t>(size));
}

// "day-20260115.db".
inline std::string DayFileName(DayNumber day) {
  return "day-" + DayName(day) + ".db";
}

}  // namespace dims

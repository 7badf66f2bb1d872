// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// The instants a time as typed stands for, both ends included: a date is its whole day, a minute
// all its seconds; a fraction is exact. Nanoseconds since 1970 UTC.
struct TimeSpan {
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;

  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// ISO 8601 ("2026-11-21", "2026-11-21T23:41", "2026-11-21 23:41:02.5+01:00"; UTC where no zone is
// named), "2026/11/21[:23]" as SiLK has it, or an epoch in seconds, milli-, micro- or nanoseconds
// (10, 13, 16, 19 digits). Empty: none of these, or outside 1678 to 2261.
std::optional<TimeSpan> ParseTimeSpan(absl::string_view text);

// "2026-11-21T23:41:02Z"; 3, 6 or 9 digits of fraction where they are needed.
std::string PrintTime(std::int64_t time_ns);
void AppendTime(std::string& out, std::int64_t time_ns);

}  // namespace dims

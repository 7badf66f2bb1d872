// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

// A complete time as nanoseconds since 1970 UTC: ISO 8601 with a zone, or a number as below. None:
// something else, or a time without a zone.
std::optional<std::int64_t> ReadTimeValue(absl::string_view text);

// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size (from 1973 to
// 2242). None: out of that range.
std::optional<std::int64_t> EpochNanos(std::int64_t number);

// Seconds with a fraction, or one of the others as a float.
std::optional<std::int64_t> EpochNanos(double number);

// The time of a record of Linux audit, "type=SYSCALL msg=audit(1364481363.243:24287): ...".
std::optional<std::int64_t> ReadAuditTime(absl::string_view line);

// The moment of a clock text that names year and zone.
std::optional<std::int64_t> CompleteTime(const ClockText& clock);

}  // namespace dims

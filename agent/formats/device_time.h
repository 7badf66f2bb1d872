// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

// A time as devices write it into a value of their own. A value.
struct DeviceTime {
  std::optional<std::int64_t> time_ns;  // complete
  std::optional<ClockText> clock;       // without a year or a zone
};

// An epoch (seconds to nanoseconds), ISO 8601, "Jan 02 2026 03:04:05.678 UTC", asctime,
// "2026/01/02 03:04:05" or "02 Jan 2026 03:04:05". `zone` ("UTC", "+0100"; may be empty) counts
// where the text names none. Nothing set: none of them. Thread: any.
DeviceTime ReadDeviceTime(absl::string_view text, absl::string_view zone);

}  // namespace dims

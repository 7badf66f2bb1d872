// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

// [from, to): what a search looks at. Stated in every answer.
struct AskedRange {
  absl::Time from;
  absl::Time to;
};

// What the options said, as text; empty: not given.
struct TimeRangeOptions {
  std::string last;  // "24h", "90m", "7d", "2w"
  std::string days;  // "7"
  std::string from;  // ISO 8601, seconds since 1970, or YYYY/MM/DD[:HH] in UTC
  std::string to;
};

// "90m", "24h", "7d", "2w" given for `option`; the error names it.
absl::StatusOr<absl::Duration> ParseSpan(absl::string_view option, absl::string_view text);

// Without any option: the last 24 hours. --last, --days and --from/--to exclude each other.
// InvalidArgument shows the forms that are understood. `now` ends ranges without an end; a minute
// is added so that a clock a little ahead hides nothing.
absl::StatusOr<AskedRange> ResolveTimeRange(const TimeRangeOptions& options, absl::Time now);

}  // namespace dims

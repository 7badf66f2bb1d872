// SPDX-License-Identifier: Apache-2.0
#include "cli/time_range.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kClockAllowance = absl::Minutes(1);
constexpr double kDaysMax = 36'525;
constexpr double kEpochSecondsMax = 253'402'300'799;  // the year 9999

absl::StatusOr<absl::Time> ParseMoment(absl::string_view option, absl::string_view text) {
  absl::Time time;
  std::string ignored;
  double seconds = 0;
  const std::string owned(text);
  if (text.size() >= 9 && absl::SimpleAtod(text, &seconds) && seconds >= 0 &&
      seconds <= kEpochSecondsMax) {
    return absl::UnixEpoch() + absl::Seconds(seconds);
  }
  for (const char* format : {"%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%d %H:%M:%E*S",
                             "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y/%m/%d:%H", "%Y/%m/%d"}) {
    if (absl::ParseTime(format, owned, absl::UTCTimeZone(), &time, &ignored)) return time;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      option, " ", text,
      ": write 2026-11-21T10:00:00Z, 2026-11-21, 2026/11/21:10 (UTC) or seconds since 1970"));
}

}  // namespace

absl::StatusOr<absl::Duration> ParseSpan(absl::string_view option, absl::string_view text) {
  double count = 0;
  if (text.size() >= 2 && absl::SimpleAtod(text.substr(0, text.size() - 1), &count) && count > 0) {
    absl::Duration unit;
    switch (text.back()) {
      case 's':
        unit = absl::Seconds(1);
        break;
      case 'm':
        unit = absl::Minutes(1);
        break;
      case 'h':
        unit = absl::Hours(1);
        break;
      case 'd':
        unit = absl::Hours(24);
        break;
      case 'w':
        unit = absl::Hours(24 * 7);
        break;
      default:
        unit = absl::ZeroDuration();
    }
    if (unit > absl::ZeroDuration() && unit * count <= absl::Hours(24) * kDaysMax)
      return unit * count;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(option, " ", text, ": write a number and s, m, h, d or w, as in 24h or 7d"));
}

absl::StatusOr<AskedRange> ResolveTimeRange(const TimeRangeOptions& options, absl::Time now) {
  const int kinds = (options.last.empty() ? 0 : 1) + (options.days.empty() ? 0 : 1) +
                    (options.from.empty() && options.to.empty() ? 0 : 1);
  if (kinds > 1) return absl::InvalidArgumentError("use one of --last, --days and --from/--to");
  AskedRange range{now - absl::Hours(24), now + kClockAllowance};
  if (!options.last.empty()) {
    ASSIGN_OR_RETURN(const absl::Duration span, ParseSpan("--last", options.last));
    range.from = now - span;
  } else if (!options.days.empty()) {
    double days = 0;
    // Written so that "nan" fails too.
    if (!absl::SimpleAtod(options.days, &days) || !(days > 0 && days <= kDaysMax)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--days ", options.days, ": write a number of days above 0"));
    }
    range.from = now - absl::Hours(24) * days;
  }
  if (!options.from.empty()) {
    ASSIGN_OR_RETURN(range.from, ParseMoment("--from", options.from));
  } else if (!options.to.empty()) {
    range.from = absl::UnixEpoch();
  }
  if (!options.to.empty()) {
    ASSIGN_OR_RETURN(range.to, ParseMoment("--to", options.to));
  }
  if (range.to <= range.from) return absl::InvalidArgumentError("--from must be before --to");
  return range;
}

}  // namespace dims

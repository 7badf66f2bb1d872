// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

// How the lines of a format write a time, as strptime(3) takes it: %Y %m %d %e %H %M %S %y %b (Jan,
// January) %a (Mon, Monday: skipped) %I with %p, %f (digits of a fraction), %z (Z, +01:00, +0100),
// %s (seconds since 1970, with a fraction), %T (%H:%M:%S), %%. A blank stands for any number of
// blanks, all else for itself. An empty layout is ISO 8601, BSD syslog's, a web server's, asctime's
// or seconds since 1970. A value; thread: any.
class TimeLayout {
 public:
  // A moment, or a clock that lacks a year or a zone.
  struct Reading {
    std::optional<std::int64_t> time_ns;
    ClockText clock;
  };

  // InvalidArgument: an unknown conversion, or one without a day or an hour.
  static absl::StatusOr<TimeLayout> Parse(absl::string_view layout);

  // All of `text`, or none.
  std::optional<Reading> Read(absl::string_view text) const;

 private:
  struct Step {
    char conversion = 0;  // 0: a literal
    char literal = 0;
  };

  std::vector<Step> steps_;
};

}  // namespace dims

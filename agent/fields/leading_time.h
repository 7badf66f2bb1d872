// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

// What lines of applications say about themselves before their text. Views of the line.
struct LeadingTime {
  ClockText clock;
  absl::string_view level;  // "INFO", "error"; empty: none
};

// The time at the beginning of an application's line: ISO ("2026-01-02 03:04:05,123 INFO ..."), in
// brackets ("[Sun Dec 04 04:47:44 2005] [error] ...", "[2026-01-02T03:04:05Z] ..."), or a web
// server's ("... [10/Oct/2000:13:55:36 -0700] ..."). None: the line does not say when. Thread: any.
std::optional<LeadingTime> ReadLeadingTime(absl::string_view line);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "absl/time/time.h"
#include "cli/commands.h"
#include "common/event/event_json.h"

namespace dims {

std::string MomentText(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixNanos(nanoseconds),
                          absl::UTCTimeZone());
}

std::string JsonString(absl::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

}  // namespace dims

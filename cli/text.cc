// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "cli/commands.h"

namespace dims {

std::string MomentText(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixNanos(nanoseconds),
                          absl::UTCTimeZone());
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/device_time.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

constexpr std::size_t kTextBytesMax = 64;

// "UTC", "GMT", "Z", "+0100", "+01:00".
std::optional<std::int32_t> OffsetOf(absl::string_view zone) {
  if (zone == "UTC" || zone == "GMT" || zone == "Z") return 0;
  const auto clock = ReadIsoClock(absl::StrCat("2000-01-01T00:00:00", zone));
  if (zone.empty() || !clock || !clock->has_zone) return std::nullopt;
  return clock->offset_s;
}

// "2026/01/02 ..." as ISO, "02 Jan 2026 ..." as BSD writes it.
std::string Reordered(absl::string_view text) {
  std::string plain(text);
  if (text.size() >= 19 && text[4] == '/' && text[7] == '/') {
    plain[4] = plain[7] = '-';
  } else if (text.size() >= 19 && IsDigit(text[0]) && text[2] == ' ' && IsAsciiLetter(text[3])) {
    plain = absl::StrCat(text.substr(3, 4), text.substr(0, 2), text.substr(6));
  }
  return plain;
}

std::optional<ClockText> ClockOf(absl::string_view text) {
  if (auto clock = ReadIsoClock(text)) return clock;
  if (auto clock = ReadAsctimeClock(text)) return clock;
  return ReadBsdClock(text);
}

}  // namespace

DeviceTime ReadDeviceTime(absl::string_view text, absl::string_view zone) {
  DeviceTime time;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || text.size() > kTextBytesMax) return time;
  time.time_ns = ReadTimeValue(text);
  if (time.time_ns) return time;
  const std::string plain = Reordered(text);
  auto clock = ClockOf(plain);
  if (!clock) return time;
  if (!clock->has_zone) {
    const absl::string_view behind =
        absl::StripAsciiWhitespace(absl::string_view(plain).substr(clock->length));
    const auto offset = OffsetOf(behind.empty() ? zone : behind);
    if (offset) {
      clock->has_zone = true;
      clock->offset_s = *offset;
    }
  }
  clock->style = ClockStyle::kOther;
  time.time_ns = CompleteTime(*clock);
  if (!time.time_ns) time.clock = clock;
  return time;
}

}  // namespace dims

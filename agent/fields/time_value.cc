// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/time_value.h"

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::int64_t kSecondNanos = 1'000'000'000;
constexpr std::int64_t kSecondsMin = 100'000'000;
constexpr std::int64_t kSecondsMax = 8'600'000'000;

// "1700000000.123456" without the rounding of a double.
std::optional<std::int64_t> ReadDecimalSeconds(absl::string_view text) {
  TextCursor cursor(text);
  const auto seconds = cursor.TakeNumber(10);
  if (!seconds || *seconds < kSecondsMin || *seconds > kSecondsMax || !cursor.Consume('.')) {
    return std::nullopt;
  }
  std::int64_t nanos = 0;
  std::int64_t scale = kSecondNanos / 10;
  for (; IsDigit(cursor.Peek()); cursor.Skip(1), scale /= 10)
    nanos += (cursor.Peek() - '0') * scale;
  if (!cursor.empty()) return std::nullopt;
  return *seconds * kSecondNanos + nanos;
}

}  // namespace

std::optional<std::int64_t> ReadTimeValue(absl::string_view text) {
  if (const auto clock = ReadIsoClock(text); clock && clock->length == text.size()) {
    return CompleteTime(*clock);
  }
  if (const auto number = ParseDigits(text)) return EpochNanos(*number);
  if (text.size() == 19) {  // nanoseconds have one digit more than ParseDigits takes
    const auto head = ParseDigits(text.substr(0, 18));
    if (head && IsDigit(text[18]) && *head < 860'000'000'000'000'000) {
      return *head * 10 + (text[18] - '0');
    }
  }
  return ReadDecimalSeconds(text);
}

std::optional<std::int64_t> EpochNanos(std::int64_t number) {
  std::int64_t unit = kSecondNanos;
  for (int power = 0; power < 4; ++power, unit /= 1000) {
    const std::int64_t per_second = kSecondNanos / unit;
    if (number >= kSecondsMin * per_second && number <= kSecondsMax * per_second) {
      return number * unit;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> EpochNanos(double number) {
  double unit = 1e9;
  for (int power = 0; power < 4; ++power, unit /= 1000) {
    const double per_second = 1e9 / unit;
    if (number >= static_cast<double>(kSecondsMin) * per_second &&
        number <= static_cast<double>(kSecondsMax) * per_second) {
      // A double holds microseconds of today; more digits would be noise.
      return static_cast<std::int64_t>(number * unit / 1000) * 1000;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> ReadAuditTime(absl::string_view line) {
  constexpr absl::string_view kBefore = " msg=audit(";
  if (!absl::StartsWith(line, "type=") && !absl::StartsWith(line, "node=")) return std::nullopt;
  const std::size_t at = line.find(kBefore);
  if (at == line.npos) return std::nullopt;
  const absl::string_view stamp = line.substr(at + kBefore.size());
  const std::size_t end = stamp.find(':');
  if (end == stamp.npos) return std::nullopt;
  return ReadTimeValue(stamp.substr(0, end));
}

std::optional<std::int64_t> CompleteTime(const ClockText& clock) {
  if (clock.year == 0 || !clock.has_zone) return std::nullopt;
  const absl::CivilSecond civil(clock.year, clock.month, clock.day, clock.hour, clock.minute,
                                clock.second);
  return (civil - absl::CivilSecond() - clock.offset_s) * kSecondNanos + clock.nanos;
}

}  // namespace dims

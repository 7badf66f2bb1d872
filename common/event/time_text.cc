// SPDX-License-Identifier: Apache-2.0
#include "common/event/time_text.h"

#include <chrono>

namespace dims {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDaySeconds = 86'400;

// Reads digits and signs off the front of what is left of a text.
class Reader {
 public:
  explicit Reader(absl::string_view text) : left_(text) {}

  bool done() const { return left_.empty(); }

  bool Take(char c) {
    if (left_.empty() || left_[0] != c) return false;
    left_.remove_prefix(1);
    return true;
  }

  bool TakeAny(absl::string_view chars) {
    if (left_.empty() || chars.find(left_[0]) == chars.npos) return false;
    left_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits, at most `max`; -1 when they are not there.
  int Number(std::size_t count, int max) {
    if (left_.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (left_[i] < '0' || left_[i] > '9') return -1;
      value = value * 10 + (left_[i] - '0');
    }
    left_.remove_prefix(count);
    return value <= max ? value : -1;
  }

  // 1 to 9 digits after a point, as nanoseconds; -1 when there are none or more.
  std::int64_t Fraction() {
    std::int64_t value = 0;
    int digits = 0;
    while (!left_.empty() && left_[0] >= '0' && left_[0] <= '9') {
      if (++digits > 9) return -1;
      value = value * 10 + (left_[0] - '0');
      left_.remove_prefix(1);
    }
    if (digits == 0) return -1;
    for (; digits < 9; ++digits) value *= 10;
    return value;
  }

 private:
  absl::string_view left_;
};

std::optional<TimeSpan> SpanOf(std::int64_t seconds, std::int64_t fraction_ns,
                               std::int64_t length_ns) {
  constexpr std::int64_t kSecondsMax = INT64_MAX / kSecondNs - 2 * kDaySeconds;
  if (seconds > kSecondsMax || seconds < -kSecondsMax) return std::nullopt;
  const std::int64_t first = seconds * kSecondNs + fraction_ns;
  return TimeSpan{first, first + length_ns - 1};
}

std::optional<TimeSpan> ParseEpoch(absl::string_view text) {
  if (text.size() != 10 && text.size() != 13 && text.size() != 16 && text.size() != 19) {
    return std::nullopt;
  }
  std::int64_t unit = kSecondNs;
  for (std::size_t digits = 10; digits < text.size(); digits += 3) unit /= 1000;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const auto scale = static_cast<std::uint64_t>(kSecondNs / unit);
  return SpanOf(static_cast<std::int64_t>(value / scale),
                static_cast<std::int64_t>(value % scale) * unit, unit);
}

// The zone at the end as seconds to subtract; empty: there is something else.
std::optional<std::int64_t> ReadZone(Reader& reader) {
  if (reader.done()) return 0;
  if (reader.TakeAny("Zz")) return reader.done() ? std::optional<std::int64_t>(0) : std::nullopt;
  const bool plus = reader.Take('+');
  if (!plus && !reader.Take('-')) return std::nullopt;
  const int hours = reader.Number(2, 14);
  reader.Take(':');
  const int minutes = reader.Number(2, 59);
  if (hours < 0 || minutes < 0 || !reader.done()) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return plus ? offset : -offset;
}

void AppendDigits(std::string& out, std::int64_t value, int digits) {
  char buffer[9];
  for (int i = digits - 1; i >= 0; --i) {
    buffer[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(buffer, static_cast<std::size_t>(digits));
}

}  // namespace

std::optional<TimeSpan> ParseTimeSpan(absl::string_view text) {
  if (const auto epoch = ParseEpoch(text)) return epoch;
  Reader reader(text);
  const int year = reader.Number(4, 9999);
  const bool slashes = reader.Take('/');
  if (year < 0 || (!slashes && !reader.Take('-'))) return std::nullopt;
  const int month = reader.Number(2, 12);
  if (month < 1 || !reader.Take(slashes ? '/' : '-')) return std::nullopt;
  const int day = reader.Number(2, 31);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (day < 1 || !date.ok()) return std::nullopt;
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * kDaySeconds;
  if (reader.done()) return SpanOf(seconds, 0, kDaySeconds * kSecondNs);
  if (slashes) {
    const int hour = reader.Take(':') ? reader.Number(2, 23) : -1;
    if (hour < 0 || !reader.done()) return std::nullopt;
    return SpanOf(seconds + hour * 3600, 0, 3600 * kSecondNs);
  }

  if (!reader.TakeAny("Tt ")) return std::nullopt;
  const int hour = reader.Number(2, 23);
  const int minute = reader.Take(':') ? reader.Number(2, 59) : -1;
  if (hour < 0 || minute < 0) return std::nullopt;
  seconds += hour * 3600 + minute * 60;
  std::int64_t length_ns = 60 * kSecondNs;
  std::int64_t fraction_ns = 0;
  if (reader.Take(':')) {
    const int second = reader.Number(2, 60);
    if (second < 0) return std::nullopt;
    seconds += second;
    length_ns = kSecondNs;
    if (reader.TakeAny(".,")) {
      fraction_ns = reader.Fraction();
      if (fraction_ns < 0) return std::nullopt;
      length_ns = 1;
    }
  }
  const std::optional<std::int64_t> zone = ReadZone(reader);
  if (!zone) return std::nullopt;
  return SpanOf(seconds - *zone, fraction_ns, length_ns);
}

void AppendTime(std::string& out, std::int64_t time_ns) {
  std::int64_t fraction = time_ns % kSecondNs;
  std::int64_t seconds = time_ns / kSecondNs;
  if (fraction < 0) {
    fraction += kSecondNs;
    --seconds;
  }
  std::int64_t days = seconds / kDaySeconds;
  std::int64_t of_day = seconds % kDaySeconds;
  if (of_day < 0) {
    of_day += kDaySeconds;
    --days;
  }
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  AppendDigits(out, static_cast<int>(date.year()), 4);
  out += '-';
  AppendDigits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  AppendDigits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  AppendDigits(out, of_day / 3600, 2);
  out += ':';
  AppendDigits(out, of_day / 60 % 60, 2);
  out += ':';
  AppendDigits(out, of_day % 60, 2);
  if (fraction != 0) {
    int digits = 9;
    for (; fraction % 1000 == 0; fraction /= 1000) digits -= 3;
    out += '.';
    AppendDigits(out, fraction, digits);
  }
  out += 'Z';
}

std::string PrintTime(std::int64_t time_ns) {
  std::string out;
  AppendTime(out, time_ns);
  return out;
}

}  // namespace dims

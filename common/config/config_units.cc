// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_units.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

struct ByteUnit {
  absl::string_view name;
  std::uint64_t bytes;
};

// Of equal size, the one to print comes first; largest first.
constexpr ByteUnit kByteUnits[] = {
    {"TiB", 1ull << 40},
    {"TB", 1'000'000'000'000},
    {"GiB", 1ull << 30},
    {"GB", 1'000'000'000},
    {"MiB", 1ull << 20},
    {"MB", 1'000'000},
    {"KiB", 1ull << 10},
    {"KB", 1'000},
    {"B", 1},
};

struct TimeUnit {
  absl::string_view name;
  std::int64_t milliseconds;
};

constexpr TimeUnit kTimeUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1},
};

// Splits "64 MiB" into 64 and "MiB".
bool SplitNumber(absl::string_view text, std::uint64_t& number, absl::string_view& unit) {
  std::size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) {
    ++digits;
  }
  unit = absl::StripAsciiWhitespace(text.substr(digits));
  return digits > 0 && absl::SimpleAtoi(text.substr(0, digits), &number);
}

}  // namespace

std::optional<std::uint64_t> ParseByteCount(absl::string_view text) {
  std::uint64_t number = 0;
  absl::string_view name;
  if (!SplitNumber(text, number, name)) return std::nullopt;
  for (const ByteUnit& unit : kByteUnits) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.bytes) return std::nullopt;
    return number * unit.bytes;
  }
  return std::nullopt;
}

std::string FormatByteCount(std::uint64_t bytes) {
  for (const ByteUnit& unit : kByteUnits) {
    if (bytes > 0 && bytes % unit.bytes == 0) return absl::StrCat(bytes / unit.bytes, unit.name);
  }
  return absl::StrCat(bytes, "B");
}

std::optional<absl::Duration> ParseDurationSetting(absl::string_view text) {
  std::uint64_t number = 0;
  absl::string_view name;
  if (!SplitNumber(text, number, name)) return std::nullopt;
  for (const TimeUnit& unit : kTimeUnits) {
    if (unit.name != name) continue;
    if (number > 1'000'000'000) return std::nullopt;
    return static_cast<std::int64_t>(number) * absl::Milliseconds(unit.milliseconds);
  }
  return std::nullopt;
}

std::string FormatTimeSpan(absl::Duration span) {
  const std::int64_t milliseconds = absl::ToInt64Milliseconds(span);
  for (const TimeUnit& unit : kTimeUnits) {
    if (milliseconds != 0 && milliseconds % unit.milliseconds == 0) {
      return absl::StrCat(milliseconds / unit.milliseconds, unit.name);
    }
  }
  return absl::StrCat(milliseconds, "ms");
}

}  // namespace dims

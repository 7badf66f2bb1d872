// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/event/time_text.h"

namespace dims {

// A number as typed. Compares exactly with int64 and double: both fit into a long double on the
// machines we build for (64 or more bits of mantissa).
using Number = long double;

// Decimal, with sign, point and exponent; nothing else ("0x10", "inf" and "1,5" are none).
std::optional<Number> ParseNumber(absl::string_view text);

// Shortest decimal that reads back as the same double.
std::string PrintDouble(double value);

// A value as a person typed it, read as everything it could be; which reading counts depends on the
// column it meets. A value.
struct Operand {
  Operand() = default;
  explicit Operand(absl::string_view typed);

  std::string text;
  std::string folded;  // ASCII case folded
  std::optional<IpAddress> address;
  std::optional<Number> number;
  std::optional<TimeSpan> time;
  std::optional<bool> boolean;
};

}  // namespace dims

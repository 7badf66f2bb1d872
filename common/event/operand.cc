// SPDX-License-Identifier: Apache-2.0
#include "common/event/operand.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace dims {

std::optional<Number> ParseNumber(absl::string_view text) {
  constexpr std::size_t kDigitsMax = 64;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  bool digit = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (!digit && c != '-' && c != '.') {
      return std::nullopt;  // words like "e5" and "+"
    } else if (absl::string_view("+-.eE").find(c) == absl::string_view::npos) {
      return std::nullopt;
    }
  }
  if (!digit) return std::nullopt;
  if (std::int64_t integer; absl::SimpleAtoi(text, &integer)) return integer;
  if (double real; absl::SimpleAtod(text, &real)) return real;
  return std::nullopt;
}

std::string PrintDouble(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, result.ptr);
}

Operand::Operand(absl::string_view typed)
    : text(typed),
      folded(absl::AsciiStrToLower(typed)),
      address(IpAddress::Parse(typed)),
      number(ParseNumber(typed)),
      time(ParseTimeSpan(typed)) {
  if (folded == "true") boolean = true;
  if (folded == "false") boolean = false;
}

}  // namespace dims

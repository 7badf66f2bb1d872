// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/tippingpoint.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

constexpr std::size_t kColumnsMax = 48;

// The columns of a line, quotes taken off.
struct Columns {
  std::array<absl::string_view, kColumnsMax> values;
  std::size_t count = 0;

  absl::string_view operator[](std::size_t at) const {
    return at < count ? values[at] : absl::string_view();
  }
};

// What stands behind the log type or the action: the delimiter of the whole line.
char DelimiterOf(absl::string_view text) {
  for (const char c : text.substr(0, 4)) {
    if (c == ',' || c == '\t' || c == '|' || c == ';') return c;
  }
  return '\0';
}

Columns Split(absl::string_view text, char delimiter) {
  Columns columns;
  TextCursor cursor(text);
  while (!cursor.empty() && columns.count < kColumnsMax) {
    absl::string_view value;
    cursor.SkipBlanks();
    if (cursor.Peek() == '"') {
      const absl::string_view rest = cursor.rest();
      const std::size_t end = FindByte(rest, '"', 1);
      value = rest.substr(1, end == rest.npos ? end : end - 1);
      cursor.Skip(end == rest.npos ? rest.size() : end + 1);
      // "name"/192.0.2.9: what follows the quotes belongs to the column.
      const absl::string_view behind = cursor.TakeUntil(delimiter);
      if (!behind.empty()) value = rest.substr(0, end + 1 + behind.size());
    } else {
      value = cursor.TakeUntil(delimiter);
    }
    columns.values[columns.count++] = absl::StripAsciiWhitespace(value);
  }
  return columns;
}

bool IsUuid(absl::string_view text) {
  absl::ConsumePrefix(&text, "[");
  absl::ConsumeSuffix(&text, "]");
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '-' || absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

// "6890: IM: Something" begins with the signature's number.
bool IsSignature(absl::string_view text) {
  const std::size_t colon = FindByte(text, ':');
  return colon != text.npos && ParseDigits(text.substr(0, colon)).has_value() &&
         colon + 1 < text.size() && text[colon + 1] == ' ';
}

void SetSignature(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  const absl::string_view number = cursor.TakeUntil(':');
  cursor.SkipBlanks();
  row.Keyword(Field::kRuleId, number);
  row.Keyword(Field::kEventCode, number);
  row.Keyword(Field::kRuleName, cursor.rest());
  const std::size_t colon = FindByte(cursor.rest(), ':');
  if (colon != text.npos) row.Keyword(Field::kRuleCategory, cursor.rest().substr(0, colon));
}

// low, minor, major and critical, or 1 to 4.
void SetSeverity(absl::string_view text, EventRow& row) {
  constexpr absl::string_view kNames[] = {"low", "minor", "major", "critical"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (!absl::EqualsIgnoreCase(text, kNames[i]) && text != absl::StrCat(i + 1)) continue;
    row.Integer(Field::kEventSeverity, static_cast<std::int64_t>(i) + 1);
    row.Keyword(Field::kLogLevel, kNames[i]);
  }
}

void SetAction(absl::string_view action, EventRow& row) {
  const bool refused = absl::StartsWithIgnoreCase(action, "block");
  row.Keyword(Field::kEventKind, "alert");
  row.Means({"intrusion_detection", refused ? "denied" : "allowed", absl::AsciiStrToLower(action),
             refused ? "failure" : "success"});
  row.Means({"network", "info", "", ""});
}

// "192.0.2.1:5", or an address and its port in the next column. Returns the columns used; 0: none.
std::size_t SetEnd(const Columns& columns, std::size_t at, bool source, EventRow& row) {
  const absl::string_view text = columns[at];
  const Field field = source ? Field::kSourceIp : Field::kDestinationIp;
  const auto set_port = [&](absl::string_view port) {
    const auto number = ParseDigits(port);
    if (number) source ? row.SourcePort(*number) : row.DestinationPort(*number);
    return number.has_value();
  };
  if (const auto address = IpAddress::Parse(text)) {
    row.Address(field, *address);
    return set_port(columns[at + 1]) ? 2 : 1;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return 0;
  const auto address = IpAddress::Parse(text.substr(0, colon));
  if (!address) return 0;
  row.Address(field, *address);
  set_port(text.substr(colon + 1));
  return 1;
}

// Both ends from `at` on; returns the first column behind them, 0: none.
std::size_t SetEnds(const Columns& columns, std::size_t at, EventRow& row) {
  for (; at < columns.count; ++at) {
    const std::size_t used = SetEnd(columns, at, true, row);
    if (used == 0) continue;
    return at + used + SetEnd(columns, at + used, false, row);
  }
  return 0;
}

// What is left, numbered: columns differ from release to release.
void SetRest(const Columns& columns, std::size_t from, EventRow& row) {
  for (std::size_t at = from; from > 0 && at < columns.count; ++at) {
    row.Label(absl::StrCat("labels.tippingpoint.column_", at + 1), columns[at]);
  }
}

// "20260102T030405+0100", by ISO 8601's basic form.
std::optional<ClockText> ReadBasicClock(absl::string_view text) {
  if (text.size() < 15 || text[8] != 'T') return std::nullopt;
  const std::string date =
      absl::StrCat(text.substr(0, 4), "-", text.substr(4, 2), "-", text.substr(6, 2), "T",
                   text.substr(9, 2), ":", text.substr(11, 2), ":", text.substr(13, 2));
  if (auto clock = ReadIsoClock(absl::StrCat(date, text.substr(15)))) return clock;
  return ReadIsoClock(date);
}

void SetDevice(absl::string_view device, EventRow& row) {
  const std::size_t slash = device.rfind('/');
  absl::string_view name = device.substr(0, slash);
  absl::ConsumePrefix(&name, "\"");
  absl::ConsumeSuffix(&name, "\"");
  row.Keyword(Field::kObserverName, name);
  if (slash != device.npos) row.Label("labels.tippingpoint.device", device.substr(slash + 1));
}

TextResult ParseDevice(const Columns& columns, EventRow& row) {
  SetDevice(columns[3], row);
  row.Label("labels.tippingpoint.sequence", columns[4]);
  std::size_t last_name = 0;
  bool acted = false;
  for (std::size_t at = 5; at < columns.count && last_name == 0; ++at) {
    const absl::string_view value = columns[at];
    if (IsUuid(value)) {
      row.Label("labels.tippingpoint.policy", value);
    } else if (IsSignature(value)) {
      SetSignature(value, row);
      last_name = at;
    } else if (!value.empty() && IsAsciiLetter(value.front()) && !acted) {
      SetAction(value, row);
      acted = true;
    } else if (acted) {
      SetSeverity(value, row);
    }
  }
  if (!acted) SetAction(columns[0] == "BLK" ? "Block" : "Permit", row);
  if (IsSignature(columns[last_name + 1]) || IsUuid(columns[last_name + 1])) ++last_name;
  row.Transport(columns[last_name + 1]);
  SetRest(columns, SetEnds(columns, last_name + 2, row), row);
  TextResult result;
  result.clock = ReadBasicClock(columns[2]);
  if (result.clock) result.time_ns = CompleteTime(*result.clock);
  return result;
}

TextResult ParseManagement(const Columns& columns, EventRow& row) {
  constexpr absl::string_view kActions[] = {"permit", "block", "p2p"};
  SetAction(kActions[static_cast<std::size_t>(columns[0].front() - '7')], row);
  SetSeverity(columns[1], row);
  row.Label("labels.tippingpoint.policy", columns[2]);
  SetSignature(IsSignature(columns[4]) ? columns[4] : columns[5], row);
  if (!IsSignature(columns[4])) row.Keyword(Field::kRuleName, columns[4]);
  row.Transport(columns[6]);
  const std::size_t rest = SetEnds(columns, 7, row);
  TextResult result;
  for (std::size_t at = rest; rest > 0 && at < columns.count; ++at) {
    const absl::string_view value = columns[at];
    if (!row.Has(Field::kObserverName) && !value.empty() && IsAsciiLetter(value.front())) {
      row.Keyword(Field::kObserverName, value);
    } else if (value.size() == 13 && !result.time_ns) {
      result.time_ns = ReadTimeValue(value);
    }
  }
  SetRest(columns, rest, row);
  return result;
}

bool IsDeviceRecord(absl::string_view text, char delimiter) {
  if (text.size() < 24 || text[3] != delimiter || text[4] != 'v') return false;
  const absl::string_view type = text.substr(0, 3);
  return type == "ALT" || type == "BLK" || type == "P2P";
}

bool IsManagementRecord(absl::string_view text, char delimiter) {
  if (text.size() < 80 || text[0] < '7' || text[0] > '9' || text[1] != delimiter) return false;
  return text[3] == delimiter && IsDigit(text[2]) && IsUuid(text.substr(4, 36)) &&
         text[40] == delimiter && IsUuid(text.substr(41, 36));
}

// Where the record begins: the header may have taken "8|4|...|3761:" for a program's tag.
absl::string_view RecordOf(const TextInput& input) {
  const bool digit = !input.tagged.empty() && IsDigit(input.tagged.front());
  const absl::string_view text = digit ? input.tagged : input.text;
  const char delimiter = DelimiterOf(text);
  if (delimiter == '\0') return {};
  const bool known = IsDeviceRecord(text, delimiter) || IsManagementRecord(text, delimiter);
  return known ? text : absl::string_view();
}

}  // namespace

bool IsTippingPoint(const TextInput& input) {
  return !RecordOf(input).empty();
}

std::optional<TextResult> ParseTippingPoint(const TextInput& input, EventRow& row) {
  const absl::string_view text = RecordOf(input);
  if (text.empty()) return std::nullopt;
  const char delimiter = DelimiterOf(text);
  row.Keyword(Field::kObserverVendor, "TippingPoint");
  row.Keyword(Field::kObserverType, "ips");
  const Columns columns = Split(text, delimiter);
  return IsDeviceRecord(text, delimiter) ? ParseDevice(columns, row)
                                         : ParseManagement(columns, row);
}

}  // namespace dims

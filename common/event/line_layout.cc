// SPDX-License-Identifier: Apache-2.0
#include "common/event/line_layout.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "common/event/fields.h"

namespace dims {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kOffsetMax = 86'400;
constexpr absl::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct LocalTime {
  absl::CivilSecond civil;
  std::int64_t nanos = 0;
};

LocalTime ToLocal(std::int64_t time_ns, std::int64_t offset_s) {
  std::int64_t seconds = time_ns / kNanosPerSecond;
  std::int64_t nanos = time_ns % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  return {absl::CivilSecond(1970, 1, 1) + (seconds + offset_s), nanos};
}

std::string TwoDigits(std::int64_t value) {
  return absl::StrCat(absl::Dec(value, absl::kZeroPad2));
}

std::string ClockText(const absl::CivilSecond& civil) {
  return absl::StrCat(TwoDigits(civil.hour()), ":", TwoDigits(civil.minute()), ":",
                      TwoDigits(civil.second()));
}

std::optional<std::int64_t> ParseOffset(absl::string_view text) {
  std::int64_t offset = 0;
  if (!absl::SimpleAtoi(text, &offset) || std::abs(offset) > kOffsetMax) return std::nullopt;
  return offset;
}

// "+3600" of {bsd+3600}, "0+3600" of {bsd0+3600}.
bool RenderBsd(absl::string_view argument, const LineParts& parts, std::string* out) {
  const bool zero_padded = absl::ConsumePrefix(&argument, "0");
  const auto offset = ParseOffset(argument);
  if (!offset) return false;
  const LocalTime local = ToLocal(parts.time_ns, *offset);
  const auto month = static_cast<std::size_t>(local.civil.month() - 1);
  const absl::string_view pad = local.civil.day() >= 10 ? "" : zero_padded ? "0" : " ";
  absl::StrAppend(out, kMonths.substr(month * 3, 3), " ", pad, local.civil.day(), " ",
                  ClockText(local.civil));
  return true;
}

bool AppendZone(char style, std::int64_t offset, std::string* out) {
  const absl::string_view sign = offset < 0 ? "-" : "+";
  const std::int64_t minutes = std::abs(offset) / 60;
  const std::string hours = TwoDigits(minutes / 60);
  switch (style) {
    case 'Z':
      out->push_back('Z');
      return true;
    case 'c':
      absl::StrAppend(out, sign, hours, ":", TwoDigits(minutes % 60));
      return true;
    case 'b':
      absl::StrAppend(out, sign, hours, TwoDigits(minutes % 60));
      return true;
    case 'h':
      absl::StrAppend(out, sign, hours);
      return true;
    case 'n':
      return true;
    default:
      return false;
  }
}

// "6T.Z+0" of {iso6T.Z+0}.
bool RenderIso(absl::string_view argument, const LineParts& parts, std::string* out) {
  if (argument.size() < 6 || argument[0] < '0' || argument[0] > '9') return false;
  const auto digits = static_cast<std::size_t>(argument[0] - '0');
  const auto offset = ParseOffset(argument.substr(4));
  if (!offset) return false;
  const LocalTime local = ToLocal(parts.time_ns, *offset);
  absl::StrAppend(out, absl::Dec(local.civil.year(), absl::kZeroPad4), "-",
                  TwoDigits(local.civil.month()), "-", TwoDigits(local.civil.day()),
                  argument[1] == '_' ? " " : "T", ClockText(local.civil));
  if (digits > 0) {
    const std::string nanos = absl::StrCat(absl::Dec(local.nanos, absl::kZeroPad9));
    absl::StrAppend(out, argument.substr(2, 1), absl::string_view(nanos).substr(0, digits));
  }
  return AppendZone(argument[3], *offset, out);
}

bool RenderPlaceholder(absl::string_view name, const LineParts& parts, std::string* out) {
  if (name == "message") return absl::StrAppend(out, parts.message), true;
  if (name == "host") return absl::StrAppend(out, parts.host), true;
  if (name == "app") return absl::StrAppend(out, parts.app), true;
  if (name == "msgid") return absl::StrAppend(out, parts.msgid), true;
  if (name == "pid") return parts.pid && (absl::StrAppend(out, *parts.pid), true);
  if (name == "pri") return parts.pri && (absl::StrAppend(out, *parts.pri), true);
  if (name == "cr") return out->push_back('\r'), true;
  if (name == "lf") return out->push_back('\n'), true;
  if (name == "nul") return out->push_back('\0'), true;
  if (name == "bom") return out->append("\xef\xbb\xbf"), true;
  if (absl::ConsumePrefix(&name, "bsd")) return RenderBsd(name, parts, out);
  if (absl::ConsumePrefix(&name, "iso")) return RenderIso(name, parts, out);
  return false;
}

// The named column's text of the row, empty where it has none.
absl::string_view TextOf(const EventBatch& batch, Field field, std::uint32_t row) {
  const Column* column = batch.Find(NameOf(field), DefinitionOf(field).type);
  if (column == nullptr || !column->Has(row)) return {};
  return column->TextAt(row);
}

std::optional<std::int64_t> IntegerOf(const EventBatch& batch, absl::string_view name,
                                      ColumnType type, std::uint32_t row) {
  const Column* column = batch.Find(name, type);
  if (column == nullptr || !column->Has(row)) return std::nullopt;
  return column->integers()[row];
}

std::optional<std::int64_t> IntegerOf(const EventBatch& batch, Field field, std::uint32_t row) {
  return IntegerOf(batch, NameOf(field), DefinitionOf(field).type, row);
}

LineParts PartsOf(const EventBatch& batch, std::uint32_t row) {
  LineParts parts;
  auto time = IntegerOf(batch, "labels.time_claimed", ColumnType::kTime, row);
  if (!time) time = IntegerOf(batch, Field::kTimestamp, row);
  parts.time_ns = time.value_or(0);
  const auto facility = IntegerOf(batch, Field::kLogSyslogFacilityCode, row);
  const auto severity = IntegerOf(batch, Field::kLogSyslogSeverityCode, row);
  if (facility && severity && *facility >= 0 && *facility < 128 && *severity >= 0 &&
      *severity < 8) {
    parts.pri = *facility * 8 + *severity;
  }
  parts.pid = IntegerOf(batch, Field::kProcessPid, row);
  parts.host = TextOf(batch, Field::kHostName, row);
  parts.app = TextOf(batch, Field::kLogSyslogAppname, row);
  parts.msgid = TextOf(batch, Field::kLogSyslogMsgid, row);
  parts.message = TextOf(batch, Field::kMessage, row);
  return parts;
}

bool HasText(const EventBatch& batch, Field field, std::uint32_t row) {
  const Column* column = batch.Find(NameOf(field), DefinitionOf(field).type);
  return column != nullptr && column->Has(row);
}

}  // namespace

bool RenderLine(absl::string_view layout, const LineParts& parts, std::string* out) {
  while (!layout.empty()) {
    const std::size_t brace = layout.find('{');
    absl::StrAppend(out, layout.substr(0, brace));
    if (brace == layout.npos) return true;
    layout.remove_prefix(brace + 1);
    if (absl::ConsumePrefix(&layout, "{")) {
      out->push_back('{');
      continue;
    }
    const std::size_t end = layout.find('}');
    if (end == layout.npos || !RenderPlaceholder(layout.substr(0, end), parts, out)) return false;
    layout.remove_prefix(end + 1);
  }
  return true;
}

std::optional<std::string> OriginalLine(const EventBatch& batch, std::uint32_t row) {
  if (HasText(batch, Field::kEventOriginal, row)) {
    return std::string(TextOf(batch, Field::kEventOriginal, row));
  }
  if (!HasText(batch, Field::kMessage, row)) return std::nullopt;
  std::string line;
  if (!HasText(batch, Field::kLayout, row)) {
    line = std::string(TextOf(batch, Field::kMessage, row));
  } else if (!RenderLine(TextOf(batch, Field::kLayout, row), PartsOf(batch, row), &line)) {
    return std::nullopt;
  }
  return line;
}

}  // namespace dims

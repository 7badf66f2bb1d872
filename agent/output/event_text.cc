// SPDX-License-Identifier: Apache-2.0
#include "agent/output/event_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/event/fields.h"
#include "common/event/line_layout.h"

namespace dims {
namespace {

constexpr std::int64_t kFacilityOfNone = 1;  // user
constexpr std::int64_t kSeverityOfNone = 6;  // informational
constexpr std::size_t kHostBytesMax = 255;   // RFC 5424, 6
constexpr std::size_t kProgramBytesMax = 48;
constexpr absl::string_view kNil = "-";

std::int64_t CodeOf(const EventBatch& batch, Field field, std::uint32_t row, std::int64_t most,
                    std::int64_t fallback) {
  const Column* const column = batch.Find(NameOf(field), ColumnType::kInteger);
  if (column == nullptr || !column->Has(row)) return fallback;
  const std::int64_t value = column->integers()[row];
  return value < 0 || value > most ? fallback : value;
}

// One word of a header: printable ASCII without blanks.
std::string HeaderWord(const EventBatch& batch, Field field, std::uint32_t row,
                       std::size_t bytes_max) {
  const Column* const column = batch.Find(NameOf(field), ColumnType::kKeyword);
  if (column == nullptr || !column->Has(row)) return std::string(kNil);
  std::string word(column->TextAt(row).substr(0, bytes_max));
  std::replace_if(
      word.begin(), word.end(), [](char c) { return c <= ' ' || c > '~'; }, '_');
  return word.empty() ? std::string(kNil) : word;
}

std::string TimeOf(const EventBatch& batch, std::uint32_t row) {
  const Column* const column = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  if (column == nullptr || !column->Has(row)) return std::string(kNil);
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixNanos(column->integers()[row]),
                          absl::UTCTimeZone());
}

}  // namespace

EventText::EventText(const EventBatch& batch, const OutputOptions& options)
    : batch_(batch),
      json_(options.format == OutputFormat::kJson),
      header_(json_ && options.transport != OutputTransport::kFile),
      printer_(batch) {}

std::string EventText::Of(std::uint32_t row) const {
  if (!json_) return OriginalLine(batch_, row).value_or("");
  std::string out;
  if (header_) AppendHeader(row, out);
  printer_.AppendJson(row, out);
  return out;
}

void EventText::AppendHeader(std::uint32_t row, std::string& out) const {
  const std::int64_t priority =
      CodeOf(batch_, Field::kLogSyslogFacilityCode, row, 23, kFacilityOfNone) * 8 +
      CodeOf(batch_, Field::kLogSyslogSeverityCode, row, 7, kSeverityOfNone);
  std::string program = HeaderWord(batch_, Field::kLogSyslogAppname, row, kProgramBytesMax);
  if (program == kNil) program = HeaderWord(batch_, Field::kProcessName, row, kProgramBytesMax);
  absl::StrAppend(&out, "<", priority, ">1 ", TimeOf(batch_, row), " ",
                  HeaderWord(batch_, Field::kHostName, row, kHostBytesMax), " ", program,
                  " - - - ");
}

std::string OnOneLine(std::string text) {
  const bool plain =
      std::none_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\0'; });
  if (plain) return text;
  return absl::StrReplaceAll(text, {{"\n", "#012"}, {absl::string_view("\0", 1), "#000"}});
}

}  // namespace dims

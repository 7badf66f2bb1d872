// SPDX-License-Identifier: Apache-2.0
#include "cli/answer_printer.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/event/concatenate.h"
#include "common/event/event_json.h"
#include "common/event/fields.h"
#include "common/event/line_layout.h"

namespace dims {
namespace {

// What a table of events shows when the query chose no columns.
constexpr absl::string_view kEventColumns[] = {"@timestamp",   "organization.id", "host.name",
                                               "event.action", "event.outcome",   "user.name",
                                               "source.ip",    "message"};

std::string JsonList(const google::protobuf::RepeatedPtrField<std::string>& values) {
  std::vector<std::string> quoted;
  for (const std::string& value : values) quoted.push_back(JsonString(value));
  return absl::StrCat("[", absl::StrJoin(quoted, ","), "]");
}

std::string Moment(std::int64_t nanoseconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixNanos(nanoseconds),
                          absl::UTCTimeZone());
}

// For people; JSON has every digit.
std::string ShortMoment(std::int64_t nanoseconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixNanos(nanoseconds),
                          absl::UTCTimeZone());
}

// The columns to show, in order: the query's, or the usual ones of an event that have a value.
std::vector<std::string> ColumnsOf(const EventPrinter& printer,
                                   const v1::Completeness& completeness, bool usual_only) {
  if (!completeness.column_order().empty()) {
    return {completeness.column_order().begin(), completeness.column_order().end()};
  }
  if (!usual_only) return printer.names();
  std::vector<std::string> out;
  for (const absl::string_view name : kEventColumns) {
    const auto& names = printer.names();
    if (std::find(names.begin(), names.end(), name) != names.end()) out.emplace_back(name);
  }
  return out.empty() ? printer.names() : out;
}

}  // namespace

absl::Status AnswerPrinter::Write(absl::string_view text) {
  if (terminal_.Write(text)) return absl::OkStatus();
  return absl::CancelledError("nobody reads the output any more");
}

absl::Status AnswerPrinter::Print(EventBatch batch) {
  std::string out;
  switch (format_) {
    case AnswerFormat::kTable:
    case AnswerFormat::kCsv:
      held_.push_back(std::move(batch));
      return absl::OkStatus();
    case AnswerFormat::kJson: {
      const EventPrinter printer(batch);
      for (std::uint32_t row = 0; row < batch.rows(); ++row) {
        printer.AppendJson(row, out);
        out += '\n';
      }
      return Write(out);
    }
    case AnswerFormat::kRaw:
      for (std::uint32_t row = 0; row < batch.rows(); ++row) {
        const std::string line = OriginalLine(batch, row).value_or("");
        absl::StrAppend(&out, terminal_.is_terminal() ? EscapeControls(line) : line, "\n");
      }
      return Write(out);
  }
  return absl::OkStatus();
}

absl::Status AnswerPrinter::Finish(const v1::Completeness& completeness) {
  if (format_ == AnswerFormat::kTable) return PrintTable(completeness);
  if (format_ == AnswerFormat::kCsv) RETURN_IF_ERROR(PrintCsv(completeness));
  std::fputs((CompletenessJson(completeness) + "\n").c_str(), stderr);
  return absl::OkStatus();
}

absl::Status AnswerPrinter::PrintCsv(const v1::Completeness& completeness) {
  std::vector<const EventBatch*> views;
  for (const EventBatch& batch : held_) views.push_back(&batch);
  const EventBatch all = views.empty() ? EventBatch() : Concatenate(views);
  const EventPrinter printer(all);
  const std::vector<std::string> columns = ColumnsOf(printer, completeness, false);
  if (columns.empty()) return absl::OkStatus();
  std::string out;
  const auto add = [&](std::size_t column, const std::string& cell) {
    if (column > 0) out += ',';
    out += terminal_.is_terminal() ? EscapeControls(cell) : cell;
    if (column + 1 == columns.size()) out += "\r\n";
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string cell;
    AppendCsvText(columns[i], cell);
    add(i, cell);
  }
  for (std::uint32_t row = 0; row < all.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string cell;
      printer.AppendCsvCell(columns[i], row, cell);
      add(i, cell);
    }
  }
  return Write(out);
}

absl::Status AnswerPrinter::PrintTable(const v1::Completeness& completeness) {
  if (!held_.empty()) {
    std::vector<const EventBatch*> views;
    for (const EventBatch& batch : held_) views.push_back(&batch);
    const EventBatch all = Concatenate(views);
    const EventPrinter printer(all);
    const std::vector<std::string> columns = ColumnsOf(printer, completeness, true);
    std::vector<std::vector<std::string>> rows;
    for (std::uint32_t row = 0; row < all.rows(); ++row) {
      std::vector<std::string> cells;
      for (const std::string& name : columns) {
        std::string cell;
        printer.AppendPlain(name, row, cell);
        cells.push_back(std::move(cell));
      }
      rows.push_back(std::move(cells));
    }
    RETURN_IF_ERROR(Write(AlignedTable(terminal_, columns, rows)));
  }
  return Write(terminal_.Dim(CompletenessText(completeness)) + "\n");
}

std::string CompletenessJson(const v1::Completeness& c) {
  return absl::StrCat(
      "{\"complete\":", c.complete() ? "true" : "false", ",\"why\":", JsonList(c.why()),
      ",\"rows\":", c.rows(), ",\"rows_matched\":", c.rows_matched(),
      ",\"from\":", JsonString(Moment(c.from_ns())), ",\"to\":", JsonString(Moment(c.to_ns())),
      ",\"sites_asked\":", JsonList(c.sites_asked()),
      ",\"sites_missing\":", JsonList(c.sites_missing()), ",\"gap_rows\":", c.gap_rows(),
      ",\"damaged_blocks\":", JsonList(c.damaged_blocks()),
      ",\"blocks_scanned\":", c.blocks_scanned(), ",\"blocks_skipped\":", c.blocks_skipped(),
      ",\"rows_scanned\":", c.rows_scanned(), ",\"bytes_scanned\":", c.bytes_scanned(),
      ",\"seconds\":", absl::StrFormat("%.3f", c.seconds()), "}");
}

std::string CompletenessText(const v1::Completeness& c) {
  const std::string verdict = c.complete()
                                  ? std::string("complete")
                                  : absl::StrCat("NOT COMPLETE: ", absl::StrJoin(c.why(), "; "));
  return EscapeControls(
      absl::StrCat(Counted(c.rows(), "row"), ", ", verdict, "; ", ShortMoment(c.from_ns()), " to ",
                   ShortMoment(c.to_ns()), "; ",
                   Counted(static_cast<std::uint64_t>(c.sites_asked_size()), "site"), "; ",
                   Counted(c.rows_scanned(), "event"), " looked at in ",
                   absl::StrFormat("%.2f", c.seconds()), " s"));
}

}  // namespace dims

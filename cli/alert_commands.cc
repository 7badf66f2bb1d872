// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "cli/time_range.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

struct AlertOptions {
  TimeRangeOptions range;
  std::string format = "table";
  std::uint32_t rows_max = 1000;
};

template <typename Texts>
std::string JsonList(const Texts& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, JsonString(text));
                                    }),
                      "]");
}

// One object a line, as `dims search --format json` writes events.
std::string JsonOf(const v1::AlertRow& row) {
  return absl::StrCat("{\"id\":", row.id(), ",\"raised\":", JsonString(MomentText(row.raised_ns())),
                      ",\"raised_ns\":", row.raised_ns(), ",\"rule\":", JsonString(row.rule()),
                      ",\"key\":", JsonString(row.key()), ",\"title\":", JsonString(row.title()),
                      ",\"sites\":", JsonList(row.sites()),
                      ",\"evidence\":", JsonList(row.evidence()),
                      ",\"tlp\":", JsonString(row.tlp()), "}\n");
}

absl::StatusOr<int> ListAlerts(CommandLine& line, const AlertOptions& options) {
  ASSIGN_OR_RETURN(const AskedRange range, ResolveTimeRange(options.range, SystemClock().Now()));
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::ListAlertsRequest request;
  request.set_from_ns(absl::ToUnixNanos(range.from));
  request.set_rows_max(options.rows_max);
  ASSIGN_OR_RETURN(const auto answer, Call<v1::ListAlertsResponse>(
                                          session->query(), &v1::Query::Stub::ListAlerts, request));
  if (options.format == "json") {
    for (const v1::AlertRow& row : answer.alerts()) {
      if (!line.terminal.Write(JsonOf(row))) break;
    }
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::AlertRow& row : answer.alerts()) {
    rows.push_back({absl::StrCat(row.id()), MomentText(row.raised_ns()), row.rule(),
                    absl::StrJoin(row.sites(), " "), absl::StrCat(row.evidence_size()), row.tlp(),
                    row.title()});
  }
  line.terminal.Write(AlignedTable(
      line.terminal, {"id", "raised", "rule", "sites", "events", "tlp", "what"}, rows));
  line.terminal.Write(absl::StrCat(Counted(rows.size(), "alert"), " since ",
                                   MomentText(request.from_ns()),
                                   "; --format json shows the events behind them\n"));
  return kExitOk;
}

absl::StatusOr<int> ListGaps(CommandLine& line) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(const auto answer,
                   Call<v1::ListGapsResponse>(session->query(), &v1::Query::Stub::ListGaps,
                                              v1::ListGapsRequest()));
  if (answer.gaps().empty()) {
    line.terminal.Write("no gaps: nothing is known to be missing\n");
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::GapRow& row : answer.gaps()) {
    rows.push_back({absl::StrCat(row.id()), row.site(), row.agent(), row.source(),
                    MomentText(row.from_ns()), MomentText(row.to_ns()), absl::StrCat(row.count()),
                    row.state(), row.reason()});
  }
  line.terminal.Write(AlignedTable(
      line.terminal, {"id", "site", "agent", "source", "from", "to", "events", "state", "reason"},
      rows));
  return kExitOk;
}

}  // namespace

void AddAlertCommands(CLI::App& program, CommandLine& line) {
  auto options = std::make_shared<AlertOptions>();
  CLI::App* alerts = program.add_subcommand("alerts", "What the rules found, newest first");
  alerts->footer(
      "Examples:\n"
      "  dims alerts\n"
      "  dims alerts --last 7d --format json\n"
      "\n"
      "json shows the ids of the events behind each alert. The rules: docs/alerts.md.");
  alerts->add_option("--last", options->range.last, "how far back: 90m, 24h, 7d (24h)");
  alerts->add_option("--days", options->range.days, "how many days back");
  alerts->add_option("--from", options->range.from, "ISO 8601 or seconds since 1970");
  alerts->add_option("--rows", options->rows_max, "at most so many (1000)");
  alerts->add_option("--format", options->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  alerts->callback(
      [&line, options] { line.run = [&line, options] { return ListAlerts(line, *options); }; });
  CLI::App* gaps =
      program.add_subcommand("gaps", "Events that are known to be missing: where, how many, why");
  gaps->footer("Examples:\n  dims gaps");
  gaps->callback([&line] { line.run = [&line] { return ListGaps(line); }; });
}

}  // namespace dims

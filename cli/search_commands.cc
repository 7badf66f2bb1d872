// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/answer_printer.h"
#include "cli/commands.h"
#include "cli/time_range.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

constexpr std::uint64_t kTerminalRowsMax = 1000;

struct SearchOptions {
  std::string query;
  TimeRangeOptions range;
  std::vector<std::string> sites;
  AnswerFormat format = AnswerFormat::kTable;
  std::uint64_t rows_max = 0;
  unsigned deadline_seconds = 0;
};

using Formats = std::map<std::string, AnswerFormat>;

// Reads a streamed answer to its end. Returns whether it was complete.
absl::StatusOr<bool> ReadAnswer(CommandLine& line, AnswerPrinter& printer,
                                grpc::ClientContext& context,
                                grpc::ClientReader<v1::SearchResponse>& reader) {
  BatchDecoder decoder;
  bool complete = false;
  bool ended = false;
  absl::Status printed;
  v1::SearchResponse message;
  while (printed.ok() && reader.Read(&message)) {
    if (message.has_batch()) {
      absl::StatusOr<EventBatch> batch = decoder.Decode(message.batch());
      printed = batch.ok() ? printer.Print(*std::move(batch)) : batch.status();
    } else if (message.has_progress() && message.progress().rows_skipped()) {
      LogWarning("events came faster than this tail took them; some are not shown");
    } else if (message.has_progress()) {
      line.terminal.Progress(absl::StrCat("searching: ", message.progress().blocks_done(), " of ",
                                          message.progress().blocks_total(), " blocks, ",
                                          message.progress().rows_matched(), " events match"));
    } else if (message.has_completeness()) {
      line.terminal.EndProgress();
      ended = true;
      complete = message.completeness().complete();
      printed = printer.Finish(message.completeness());
    }
  }
  if (!printed.ok()) context.TryCancel();
  const absl::Status finished = FromGrpc(reader.Finish());
  if (absl::IsCancelled(printed)) return true;  // a closed pager is no failure
  RETURN_IF_ERROR(printed);
  RETURN_IF_ERROR(finished);
  if (!ended)
    return absl::DataLossError("the answer ended without its completeness line: do not trust it");
  return complete;
}

absl::StatusOr<int> Search(CommandLine& line, const SearchOptions& options) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const AskedRange range, ResolveTimeRange(options.range, clock.Now()));
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::SearchRequest request;
  request.set_query(options.query);
  request.set_from_ns(absl::ToUnixNanos(range.from));
  request.set_to_ns(absl::ToUnixNanos(range.to));
  for (const std::string& site : options.sites) request.add_sites(site);
  request.set_rows_max(options.rows_max > 0 ? options.rows_max
                                            : (line.terminal.is_terminal() ? kTerminalRowsMax : 0));
  request.set_deadline_seconds(options.deadline_seconds);
  grpc::ClientContext context;
  const auto reader = session->query().Search(&context, request);
  AnswerPrinter printer(options.format, line.terminal);
  ASSIGN_OR_RETURN(const bool complete, ReadAnswer(line, printer, context, *reader));
  return complete ? kExitOk : kExitIncomplete;
}

absl::StatusOr<int> Tail(CommandLine& line, const SearchOptions& options) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::TailRequest request;
  request.set_query(options.query);
  for (const std::string& site : options.sites) request.add_sites(site);
  grpc::ClientContext context;
  const auto reader = session->query().Tail(&context, request);
  line.terminal.EndProgress();
  AnswerPrinter printer(options.format, line.terminal);
  return ReadAnswer(line, printer, context, *reader).ok() ? kExitOk : kExitError;
}

void AddFormatAndSites(CLI::App& command, SearchOptions& options, const Formats& formats,
                       const char* meaning) {
  command.add_option("--format", options.format, meaning)
      ->type_name("FORMAT")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""));
  command.add_option("--site", options.sites, "only this site; may be repeated");
}

}  // namespace

void AddSearchCommands(CLI::App& program, CommandLine& line) {
  auto options = std::make_shared<SearchOptions>();
  CLI::App* search = program.add_subcommand("search", "Search the events of all sites you may see");
  search->footer(
      "Examples:\n"
      "  dims search 'user:root event.outcome:=failure | top 10 source.ip' --last 24h\n"
      "  dims search '\"failed password\" ip:203.0.113.0/24' --days 7 --format json\n"
      "  dims search '* | stats count() by organization.id, bucket(@timestamp,1h)'\n"
      "  dims search 'site:seattle source.iff:=foe' --from 2026-11-01 --to 2026-12-01 --format "
      "csv\n"
      "\n"
      "The language: docs/query_language.md. Without a range the last 24 hours are searched.\n"
      "Every answer ends with a line that says whether it is complete (exit code 3 when not):\n"
      "below a table, and as one JSON object on standard error for the other formats.");
  search->add_option("QUERY", options->query, "what to look for; '*' is everything")->required();
  search->add_option("--last", options->range.last, "the last 90m, 24h, 7d, 2w");
  search->add_option("--days", options->range.days, "the last N days");
  search->add_option("--from", options->range.from,
                     "2026-11-21T10:00:00Z, 2026/11/21:10 (UTC) or seconds since 1970");
  search->add_option("--to", options->range.to, "the same forms (now)");
  search->add_option("--limit", options->rows_max, "at most so many rows (on a terminal 1,000)");
  search->add_option("--deadline", options->deadline_seconds,
                     "seconds after which the answer ends, and says so (300)");
  AddFormatAndSites(*search, *options,
                    {{"table", AnswerFormat::kTable},
                     {"json", AnswerFormat::kJson},
                     {"csv", AnswerFormat::kCsv},
                     {"raw", AnswerFormat::kRaw}},
                    "table, json (one object a line), csv or raw (original lines)");
  search->callback(
      [&line, options] { line.run = [&line, options] { return Search(line, *options); }; });

  auto tail_options = std::make_shared<SearchOptions>();
  tail_options->query = "*";
  tail_options->format = AnswerFormat::kRaw;
  CLI::App* tail =
      program.add_subcommand("tail", "Show matching events as they arrive, until interrupted");
  tail->footer(
      "Examples:\n"
      "  dims tail\n"
      "  dims tail 'event.outcome:=failure' --site seattle\n"
      "  dims tail 'source.iff:=foe' --format json\n"
      "\n"
      "A filter, no pipes. It ends with ctrl-c, or with\n"
      "exit code 1 when the server ends it.");
  tail->add_option("QUERY", tail_options->query, "a filter; everything when left out");
  // A table and a CSV header need the end of an answer; a tail has none.
  AddFormatAndSites(*tail, *tail_options,
                    {{"json", AnswerFormat::kJson}, {"raw", AnswerFormat::kRaw}},
                    "raw (original lines) or json (one object a line)");
  tail->callback([&line, tail_options] {
    line.run = [&line, tail_options] { return Tail(line, *tail_options); };
  });
}

}  // namespace dims

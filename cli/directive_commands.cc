// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "cli/time_range.h"
#include "common/base/status_macros.h"
#include "common/delivery/directives.h"

namespace dims {
namespace {

struct DirectiveOptions {
  std::string site, drop, watchlist, file, lifetime;
  std::vector<std::string> values;
};

// One value a line; empty lines and those that begin with # say nothing.
absl::Status ReadValues(const std::string& path, v1::AddDirectiveRequest& request) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  for (std::string line; std::getline(file, line);) {
    absl::StripAsciiWhitespace(&line);
    if (line.empty() || line.front() == '#') continue;
    if (request.values_size() >= static_cast<int>(kWatchValuesMax)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": more than ", kWatchValuesMax, " values"));
    }
    request.add_values(line);
  }
  if (file.bad()) return absl::DataLossError(absl::StrCat(path, ": cannot be read to its end"));
  return absl::OkStatus();
}

absl::StatusOr<v1::AddDirectiveRequest> RequestOf(const DirectiveOptions& options) {
  v1::AddDirectiveRequest request;
  request.set_site(options.site);
  request.set_drop(options.drop);
  request.set_watchlist(options.watchlist);
  for (const std::string& value : options.values) request.add_values(value);
  if (options.drop.empty() == options.watchlist.empty()) {
    return absl::InvalidArgumentError("write either --drop 'QUERY' or --watch NAME VALUE...");
  }
  if (!options.file.empty()) RETURN_IF_ERROR(ReadValues(options.file, request));
  if (!options.drop.empty() && request.values_size() > 0) {
    return absl::InvalidArgumentError("values belong to --watch, not to --drop");
  }
  if (options.lifetime.empty()) return request;
  ASSIGN_OR_RETURN(const absl::Duration lifetime, ParseSpan("--for", options.lifetime));
  if (lifetime < absl::Seconds(1)) {  // the server counts in seconds; 0 is its default of 7 days
    return absl::InvalidArgumentError(
        absl::StrCat("--for ", options.lifetime, ": at least a second, 1s"));
  }
  request.set_valid_seconds(
      static_cast<std::uint32_t>(std::min<std::int64_t>(absl::ToInt64Seconds(lifetime), 1u << 31)));
  return request;
}

absl::StatusOr<int> AddDirective(CommandLine& line, const DirectiveOptions& options) {
  ASSIGN_OR_RETURN(const v1::AddDirectiveRequest request, RequestOf(options));
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(
      const auto added,
      Call<v1::AddDirectiveResponse>(session->admin(), &v1::Admin::Stub::AddDirective, request));
  line.terminal.Write(absl::StrCat("directive ", added.id(), " sent to the agents of ",
                                   request.site(), "; what they say: dims directive list\n"));
  return kExitOk;
}

std::string AnswersText(const v1::DirectiveRow& row) {
  std::string out = absl::StrCat(row.agents_taken(), " taken");
  if (row.agents_waiting() > 0) absl::StrAppend(&out, ", ", row.agents_waiting(), " not answered");
  for (const std::string& refused : row.refused()) absl::StrAppend(&out, "; refused by ", refused);
  return out;
}

absl::StatusOr<int> ListDirectives(CommandLine& line, const std::string& site) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::ListDirectivesRequest request;
  request.set_site(site);
  ASSIGN_OR_RETURN(const auto answer,
                   Call<v1::ListDirectivesResponse>(session->admin(),
                                                    &v1::Admin::Stub::ListDirectives, request));
  std::vector<std::vector<std::string>> rows;
  for (const v1::DirectiveRow& row : answer.directives()) {
    rows.push_back({absl::StrCat(row.id()), row.site(),
                    row.drop().empty() ? absl::StrCat("watch ", row.watchlist(), " (",
                                                      Counted(row.values(), "value"), ")")
                                       : absl::StrCat("drop ", row.drop()),
                    MomentText(row.until_ns()), AnswersText(row)});
  }
  line.terminal.Write(
      AlignedTable(line.terminal, {"id", "site", "asked", "until", "agents"}, rows));
  return kExitOk;
}

absl::StatusOr<int> RemoveDirective(CommandLine& line, std::uint64_t id) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::RemoveDirectiveRequest request;
  request.set_id(id);
  RETURN_IF_ERROR(Call<v1::RemoveDirectiveResponse>(session->admin(),
                                                    &v1::Admin::Stub::RemoveDirective, request)
                      .status());
  line.terminal.Write(absl::StrCat("directive ", id, " removed\n"));
  return kExitOk;
}

void AddDirectiveAdd(CLI::App& directive, CommandLine& line) {
  auto options = std::make_shared<DirectiveOptions>();
  CLI::App* add =
      directive.add_subcommand("add", "Ask a site to send less, or to tag what it sees");
  add->footer(
      "Examples:\n"
      "  dims directive add seattle --drop 'process.name:=cron' --for 7d\n"
      "  dims directive add seattle --watch c2 203.0.113.9 evil.example --for 30d\n"
      "\n"
      "The site decides: policy.toml there says whether it takes nothing, watchlists or filters "
      "too.");
  add->add_option("SITE", options->site, "the site")->required();
  add->add_option("VALUE", options->values,
                  "to watch for: an address, a block, a domain or a hash; may be repeated");
  add->add_option("--drop", options->drop, "events that this filter matches do not leave the site");
  add->add_option("--watch", options->watchlist,
                  "events that have one of the values are tagged watchlist:NAME");
  add->add_option("--file", options->file, "more values to watch for, one a line");
  add->add_option("--for", options->lifetime, "how long: 90m, 24h, 7d, 2w; at most 90d (7d)");
  add->callback(
      [&line, options] { line.run = [&line, options] { return AddDirective(line, *options); }; });
}

}  // namespace

void AddDirectiveCommands(CLI::App& program, CommandLine& line) {
  CLI::App* directive =
      program.add_subcommand("directive", "What sites are asked to keep back or to tag");
  directive->require_subcommand(1);
  AddDirectiveAdd(*directive, line);
  auto site = std::make_shared<std::string>();
  CLI::App* list = directive->add_subcommand("list", "What is asked, and what the sites say");
  list->add_option("--site", *site, "of this site only");
  list->footer("Examples:\n  dims directive list\n  dims directive list --site seattle");
  list->callback(
      [&line, site] { line.run = [&line, site] { return ListDirectives(line, *site); }; });
  auto id = std::make_shared<std::uint64_t>();
  CLI::App* remove = directive->add_subcommand("remove", "Ask it no longer");
  remove->add_option("ID", *id, "as 'dims directive list' shows it")->required();
  remove->footer("Examples:\n  dims directive remove 1");
  remove->callback([&line, id] { line.run = [&line, id] { return RemoveDirective(line, *id); }; });
  directive->footer("Examples:\n  dims directive list\n  dims directive remove 1");
}

}  // namespace dims

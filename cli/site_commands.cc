// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::StatusOr<int> ListSites(CommandLine& line, const std::string& id) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::ListSitesRequest request;
  request.set_id(id);
  ASSIGN_OR_RETURN(const auto answer, Call<v1::ListSitesResponse>(
                                          session->admin(), &v1::Admin::Stub::ListSites, request));
  std::vector<std::vector<std::string>> rows;
  for (const v1::Site& site : answer.sites()) {
    rows.push_back({site.id(), site.name(), absl::StrJoin(site.cidrs(), " "),
                    absl::StrJoin(site.domains(), " "),
                    absl::FormatDuration(absl::Seconds(site.silent_after_seconds()))});
  }
  line.terminal.Write(
      AlignedTable(line.terminal, {"site", "name", "networks", "domains", "silent after"}, rows));
  return kExitOk;
}

absl::StatusOr<int> AddSite(CommandLine& line, const v1::AddSiteRequest& request) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  RETURN_IF_ERROR(
      Call<v1::AddSiteResponse>(session->admin(), &v1::Admin::Stub::AddSite, request).status());
  line.terminal.Write(absl::StrCat("site ", request.site().id(), " added; next: dims agent invite ",
                                   request.site().id(), "\n"));
  return kExitOk;
}

void AddAdd(CLI::App& site, CommandLine& line) {
  struct Options {
    std::string id, name;
    std::vector<std::string> cidrs, domains;
    unsigned silent_minutes = 0;
  };

  auto options = std::make_shared<Options>();
  CLI::App* add = site.add_subcommand("add", "Add a participant");
  add->footer(
      "Examples:\n"
      "  dims site add seattle --name \"City of Seattle\" --cidr 198.51.100.0/24 --domain "
      "seattle.example\n"
      "  dims site add tacoma --name \"Port of Tacoma\" --silent-after 60");
  add->add_option("ID", options->id, "short name: a-z, 0-9 and -")->required();
  add->add_option("--name", options->name, "as people write it");
  add->add_option("--cidr", options->cidrs, "a network of the site; may be repeated");
  add->add_option("--domain", options->domains, "a domain of the site; may be repeated");
  add->add_option("--silent-after", options->silent_minutes,
                  "minutes without a stream until an alert (the server's setting, 15)");
  add->callback([&line, options] {
    line.run = [&line, options]() -> absl::StatusOr<int> {
      v1::AddSiteRequest request;
      request.mutable_site()->set_id(options->id);
      request.mutable_site()->set_name(options->name.empty() ? options->id : options->name);
      for (const std::string& cidr : options->cidrs) request.mutable_site()->add_cidrs(cidr);
      for (const std::string& domain : options->domains)
        request.mutable_site()->add_domains(domain);
      request.mutable_site()->set_silent_after_seconds(options->silent_minutes * 60);
      return AddSite(line, request);
    };
  });
}

}  // namespace

void AddSiteCommands(CLI::App& program, CommandLine& line) {
  CLI::App* site = program.add_subcommand("site", "Participants: add, list, show");
  site->require_subcommand(1);
  AddAdd(*site, line);
  CLI::App* list = site->add_subcommand("list", "All participants");
  list->footer("Examples:\n  dims site list");
  list->callback([&line] { line.run = [&line] { return ListSites(line, ""); }; });
  auto id = std::make_shared<std::string>();
  CLI::App* show = site->add_subcommand("show", "One participant");
  show->add_option("ID", *id, "the site")->required();
  site->footer("Examples:\n  dims site list\n  dims site show seattle");
  show->footer("Examples:\n  dims site show seattle");
  show->callback([&line, id] { line.run = [&line, id] { return ListSites(line, *id); }; });
}

}  // namespace dims

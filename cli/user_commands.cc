// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::StatusOr<int> Invite(CommandLine& line, const v1::InviteUserRequest& request) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(const auto answer, Call<v1::InviteResponse>(
                                          session->admin(), &v1::Admin::Stub::InviteUser, request));
  line.terminal.Write(answer.token() + "\n");
  return kExitOk;
}

absl::StatusOr<int> List(CommandLine& line) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(const auto answer,
                   Call<v1::ListUsersResponse>(session->admin(), &v1::Admin::Stub::ListUsers,
                                               v1::ListUsersRequest()));
  std::vector<std::vector<std::string>> rows;
  for (const v1::UserRow& user : answer.users()) {
    rows.push_back({user.name(), user.role(),
                    user.sites().empty() ? "all" : absl::StrJoin(user.sites(), " "), user.tlp(),
                    user.state(), MomentText(user.certificate_until_ns())});
  }
  line.terminal.Write(AlignedTable(
      line.terminal, {"user", "role", "sites", "up to TLP", "state", "certificate until"}, rows));
  return kExitOk;
}

absl::StatusOr<int> SetState(CommandLine& line, const std::string& name, const std::string& state) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::SetUserStateRequest request;
  request.set_name(name);
  request.set_state(state);
  RETURN_IF_ERROR(
      Call<v1::SetUserStateResponse>(session->admin(), &v1::Admin::Stub::SetUserState, request)
          .status());
  line.terminal.Write(absl::StrCat("user ", name, " is ", state, "\n"));
  return kExitOk;
}

void AddInvite(CLI::App& user, CommandLine& line) {
  struct Options {
    std::string name, role, tlp;  // empty: the server's default, or what the user has
    std::vector<std::string> sites;
  };

  auto options = std::make_shared<Options>();
  CLI::App* invite =
      user.add_subcommand("invite", "Print a token with which a person gets an identity");
  invite->footer(
      "Examples:\n"
      "  dims user invite alice --role analyst --tlp amber\n"
      "  dims user invite bob --role site --site seattle\n"
      "\n"
      "Then, at the person's machine: dims login TOKEN. An operator administers and asks, an "
      "analyst\n"
      "asks, a site's person asks about that site. The token works once and for 72 hours; it is "
      "the\n"
      "only line on standard output. Inviting a user again gives a new token and changes nothing "
      "else;\n"
      "dims user change does.");
  invite->add_option("NAME", options->name, "a-z, 0-9, . and -")->required();
  invite->add_option("--role", options->role, "operator, analyst or site (analyst)")
      ->check(CLI::IsMember({"operator", "analyst", "site"}));
  invite->add_option("--site", options->sites,
                     "may see this site; may be repeated (none: every site)");
  invite->add_option("--tlp", options->tlp, "sees events up to this label (amber)")
      ->check(CLI::IsMember({"clear", "green", "amber", "amber+strict", "red"}, CLI::ignore_case));
  invite->callback([&line, options] {
    line.run = [&line, options] {
      v1::InviteUserRequest request;
      request.set_name(options->name);
      request.set_role(options->role);
      request.set_tlp(options->tlp);
      for (const std::string& site : options->sites) request.add_sites(site);
      return Invite(line, request);
    };
  });
}

absl::StatusOr<int> Change(CommandLine& line, const v1::ChangeUserRequest& request) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(const auto answer, Call<v1::ChangeUserResponse>(
                                          session->admin(), &v1::Admin::Stub::ChangeUser, request));
  const v1::UserRow& user = answer.user();
  line.terminal.Write(absl::StrCat("user ", user.name(), ": role ", user.role(), ", sites ",
                                   user.sites().empty() ? "all" : absl::StrJoin(user.sites(), " "),
                                   ", TLP ", user.tlp(), "\n"));
  return kExitOk;
}

void AddChange(CLI::App& user, CommandLine& line) {
  struct Options {
    std::string name, role, tlp;
    std::vector<std::string> sites;
    bool all_sites = false;
  };

  auto options = std::make_shared<Options>();
  CLI::App* change = user.add_subcommand(
      "change", "Change what a user is and may see, at once; what is left out stays");
  change->footer(
      "Examples:\n"
      "  dims user change alice --role operator\n"
      "  dims user change bob --site seattle --tlp green\n"
      "\n"
      "What the user follows live ends; the next question is judged by the new rights.");
  change->add_option("NAME", options->name, "the user")->required();
  change->add_option("--role", options->role, "operator, analyst or site")
      ->check(CLI::IsMember({"operator", "analyst", "site"}));
  CLI::Option* sites = change->add_option(
      "--site", options->sites, "may see this site and, repeated, those; no other any longer");
  change->add_flag("--all-sites", options->all_sites, "may see every site")->excludes(sites);
  change->add_option("--tlp", options->tlp, "sees events up to this label")
      ->check(CLI::IsMember({"clear", "green", "amber", "amber+strict", "red"}, CLI::ignore_case));
  change->callback([&line, options] {
    line.run = [&line, options] {
      v1::ChangeUserRequest request;
      request.set_name(options->name);
      request.set_role(options->role);
      request.set_tlp(options->tlp);
      request.set_change_sites(options->all_sites || !options->sites.empty());
      for (const std::string& site : options->sites) request.add_sites(site);
      return Change(line, request);
    };
  });
}

}  // namespace

void AddUserCommands(CLI::App& program, CommandLine& line) {
  CLI::App* user = program.add_subcommand("user", "People: invite, change, list, suspend, resume");
  user->require_subcommand(1);
  AddInvite(*user, line);
  AddChange(*user, line);
  CLI::App* list = user->add_subcommand("list", "Every user, what they may see, and until when");
  list->footer("Examples:\n  dims user list");
  list->callback([&line] { line.run = [&line] { return List(line); }; });
  for (const auto& [command_name, state, help] :
       {std::tuple("suspend", "suspended", "Refuse this user from now on"),
        std::tuple("resume", "active", "Let a suspended user come back")}) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = user->add_subcommand(command_name, help);
    command->add_option("NAME", *name, "the user")->required();
    command->footer(absl::StrCat("Examples:\n  dims user ", command_name, " alice"));
    const std::string chosen = state;
    command->callback([&line, name, chosen] {
      line.run = [&line, name, chosen] { return SetState(line, *name, chosen); };
    });
  }
  user->footer("Examples:\n  dims user invite alice --role analyst --tlp amber\n  dims user list");
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::StatusOr<int> Invite(CommandLine& line, const v1::InviteAgentRequest& request) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(
      const auto answer,
      Call<v1::InviteResponse>(session->admin(), &v1::Admin::Stub::InviteAgent, request));
  line.terminal.Write(answer.token() + "\n");  // the token alone, for scripts
  return kExitOk;
}

std::string Skew(std::int64_t nanoseconds) {
  const double seconds = static_cast<double>(nanoseconds) / 1e9;
  return std::abs(seconds) < 1 ? "" : absl::StrFormat("%+.0f s", seconds);
}

absl::StatusOr<int> List(CommandLine& line, const std::string& site) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::ListAgentsRequest request;
  request.set_site(site);
  ASSIGN_OR_RETURN(const auto answer, Call<v1::ListAgentsResponse>(
                                          session->admin(), &v1::Admin::Stub::ListAgents, request));
  std::vector<std::vector<std::string>> rows;
  for (const v1::AgentRow& agent : answer.agents()) {
    rows.push_back({agent.site(), agent.id(), agent.state(), agent.connected() ? "connected" : "-",
                    MomentText(agent.last_stream_ns()), absl::StrCat(agent.waiting_rows()),
                    absl::StrCat(agent.lost_rows()), Skew(agent.clock_skew_ns()), agent.version(),
                    MomentText(agent.certificate_until_ns())});
  }
  line.terminal.Write(AlignedTable(line.terminal,
                                   {"site", "agent", "state", "stream", "last stream", "waiting",
                                    "lost", "clock", "version", "certificate until"},
                                   rows));
  return kExitOk;
}

absl::StatusOr<int> SetState(CommandLine& line, const std::string& agent,
                             const std::string& state) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::SetAgentStateRequest request;
  request.set_agent(agent);
  request.set_state(state);
  RETURN_IF_ERROR(
      Call<v1::SetAgentStateResponse>(session->admin(), &v1::Admin::Stub::SetAgentState, request)
          .status());
  line.terminal.Write(absl::StrCat("agent ", agent, " is ", state, "\n"));
  return kExitOk;
}

void AddStateCommand(CLI::App& agent, CommandLine& line, const char* name, const char* state,
                     const char* help) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = agent.add_subcommand(name, help);
  command->add_option("AGENT", *id, "the agent's id, as 'dims agent list' shows it")->required();
  command->footer(absl::StrCat("Examples:\n  dims agent ", name, " AGENT"));
  command->callback(
      [&line, id, state] { line.run = [&line, id, state] { return SetState(line, *id, state); }; });
}

}  // namespace

void AddAgentCommands(CLI::App& program, CommandLine& line) {
  CLI::App* agent =
      program.add_subcommand("agent", "Agents: invite, list, suspend, resume, revoke");
  agent->require_subcommand(1);
  auto site = std::make_shared<std::string>();
  auto replace = std::make_shared<std::string>();
  CLI::App* invite =
      agent->add_subcommand("invite", "Print a join token for a new agent of a site");
  invite->footer(
      "Examples:\n"
      "  dims agent invite seattle\n"
      "  dims agent invite seattle --replace AGENT\n"
      "\n"
      "Then, at the site: dims-agent join TOKEN --state /var/lib/dims-agent. The token works once "
      "and\n"
      "for 72 hours; it is the only line on standard output.");
  invite->add_option("SITE", *site, "the site")->required();
  invite->add_option("--replace", *replace, "give this agent's identity to the machine that joins");
  invite->callback([&line, site, replace] {
    line.run = [&line, site, replace] {
      v1::InviteAgentRequest request;
      request.set_site(*site);
      request.set_replace_agent(*replace);
      return Invite(line, request);
    };
  });
  auto of_site = std::make_shared<std::string>();
  CLI::App* list =
      agent->add_subcommand("list", "Every agent: state, stream, backlog, losses, clock");
  list->add_option("--site", *of_site, "of this site only");
  list->footer("Examples:\n  dims agent list\n  dims agent list --site seattle");
  list->callback(
      [&line, of_site] { line.run = [&line, of_site] { return List(line, *of_site); }; });
  AddStateCommand(*agent, line, "suspend", "suspended",
                  "Cut its stream; its data waits at the site");
  AddStateCommand(*agent, line, "resume", "active", "Let a suspended agent come back");
  AddStateCommand(*agent, line, "revoke", "revoked", "End this identity for ever");
  agent->footer("Examples:\n  dims agent invite seattle\n  dims agent list");
}

}  // namespace dims

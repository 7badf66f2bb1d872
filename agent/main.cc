// SPDX-License-Identifier: Apache-2.0
// dims-agent: reads a site's logs, buffers them durably and forwards them to the trust group's
// server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <limits>
#include <optional>

#include "agent/config/agent_config.h"
#include "agent/doctor/doctor.h"
#include "agent/join/join.h"
#include "agent/load_command.h"
#include "agent/policy_command.h"
#include "agent/report_commands.h"
#include "agent/run_agent.h"
#include "agent/status/monitoring_plugin.h"
#include "agent/try_command.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/version.h"
#include "common/filter/query.h"
#include "common/grpc/credentials.h"
#include "common/grpc/grpc_log.h"
#include "common/grpc/lock_order_checks.h"

namespace dims {
namespace {

constexpr int kExitUsage = 2;

struct Arguments {
  std::string state = "/var/lib/dims-agent";
  std::string config = "/etc/dims-agent/agent.toml";
  std::string token;
  bool check_only = false;
  bool nagios = false;
  bool json = false;
  bool strict = false;
  bool print_effective = false;
  std::uint64_t rows = 20;
  std::string since;
  LoadOptions load;
  TryOptions trial;
  PolicyTestOptions policy;
};

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "dims-agent: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kExitUsage : 1;
}

int JoinSite(const Arguments& arguments, const Clock& clock) {
  JoinOptions options;
  options.token = arguments.token;
  options.state_directory = arguments.state;
  options.version = kVersion;
  options.check_only = arguments.check_only;
  const auto identity = Join(options, clock, [](const CheckStep& step) {
    std::printf("%s\n", FormatCheckStep(step).c_str());
  });
  if (!identity.ok() || arguments.check_only) return Report(identity.status());
  std::printf(
      "this machine is agent %s of site %s\n  next: dims-agent run --config FILE --state %s\n",
      identity->principal.name.c_str(), identity->principal.site.c_str(), arguments.state.c_str());
  return 0;
}

// Exit 0: usable; 1: warnings with --strict; 2: errors.
int CheckConfig(const Arguments& arguments) {
  ConfigReport report;
  const absl::StatusOr<AgentConfig> config =
      LoadAgentConfig(arguments.config, {arguments.state}, report);
  if (config.ok()) CheckReadable(*config, report);
  std::fputs(report.Text().c_str(), stderr);
  if (!config.ok()) return kExitUsage;
  if (arguments.print_effective) std::fputs(EffectiveText(config->effective).c_str(), stdout);
  return arguments.strict && report.warnings() > 0 ? 1 : 0;
}

int ShowStatus(const Arguments& arguments, const Clock& clock) {
  const absl::StatusOr<AgentStatus> status = ReadAgentStatus(arguments.state, clock);
  if (arguments.nagios) {
    const PluginResult result = CheckPlugin(status, absl::ToUnixNanos(clock.Now()));
    std::printf("%s\n", result.line.c_str());
    return result.exit_code;
  }
  if (!status.ok()) return Report(status.status());
  std::fputs(arguments.json ? (StatusJson(*status) + "\n").c_str()
                            : StatusText(*status, absl::ToUnixNanos(clock.Now())).c_str(),
             stdout);
  return 0;
}

// Exit 0: all is right; 1: something is not.
int Diagnose(const Arguments& arguments, const Clock& clock) {
  const bool healthy =
      Examine({arguments.state, arguments.config}, clock, [](const CheckStep& step) {
        std::printf("%s\n", FormatCheckStep(step).c_str());
        std::fflush(stdout);  // the next step may wait for the network
      });
  return healthy ? 0 : 1;
}

int ShowSent(const Arguments& arguments, bool rows_given, const Clock& clock) {
  SentOptions options{arguments.state, arguments.rows, std::nullopt, arguments.json};
  if (!arguments.since.empty()) {
    const std::optional<std::int64_t> since = ParseDuration(arguments.since);
    if (!since) {
      return Report(absl::InvalidArgumentError(absl::StrCat(
          "--since ", arguments.since, " is no time such as \"90s\", \"1h\" or \"7d\"")));
    }
    options.since = absl::Nanoseconds(*since);
    if (!rows_given) options.rows_max = std::numeric_limits<std::uint64_t>::max();
  }
  return Report(PrintSent(options, clock));
}

void AddParsers(CLI::App* command, std::vector<std::string>& parsers) {
  command->add_option("--parsers", parsers, "a parser the site made; its tests are run")
      ->allow_extra_args(false);  // what follows it may be FILE
}

// Options of "policy test".
CLI::App* AddPolicyTest(CLI::App& program, Arguments& arguments) {
  PolicyTestOptions& options = arguments.policy;
  CLI::App* policy = program.add_subcommand("policy", "What the site's policy lets leave");
  policy->require_subcommand(1);
  policy->footer(
      "Examples:\n"
      "  dims-agent policy test /var/log/auth.log --policy /etc/dims-agent/policy.toml");
  CLI::App* test =
      policy->add_subcommand("test", "Show the lines of a file before and after the policy");
  test->footer(
      "Examples:\n"
      "  dims-agent policy test /var/log/auth.log --policy /etc/dims-agent/policy.toml\n"
      "  dims-agent policy test /var/log/auth.log --policy /etc/dims-agent/policy.toml --json");
  test->add_option("FILE", options.lines.path, "lines of a log; - for standard input")->required();
  test->add_option("--policy", options.policy, "the policy (/etc/dims-agent/policy.toml)");
  test->add_option("--state", arguments.state, "whose key is used (/var/lib/dims-agent)");
  test->add_option("--format", options.lines.format, "as an input's format (auto)");
  test->add_option("--timezone", options.lines.timezone, "as an input's timezone (local)");
  AddParsers(test, options.lines.parsers);
  test->add_option("--rows", options.rows_max, "how many lines are shown (20)");
  test->add_flag("--json", options.json, "before and after as JSON, one object a line");
  return test;
}

CLI::App* WithState(CLI::App* command, Arguments& arguments) {
  command->add_option("--state", arguments.state, "identity and buffer (/var/lib/dims-agent)");
  return command;
}

CLI::App* AddJoin(CLI::App& program, Arguments& arguments) {
  CLI::App* join = WithState(
      program.add_subcommand("join", "Become an agent of the site a token names"), arguments);
  join->footer(
      "Examples:\n"
      "  dims-agent join TOKEN --check --state /var/lib/dims-agent\n"
      "  dims-agent join TOKEN --state /var/lib/dims-agent");
  join->add_option("TOKEN", arguments.token, "what 'dims agent invite SITE' printed")->required();
  join->add_flag("--check", arguments.check_only,
                 "only check that joining would work; the token stays unused");
  return join;
}

CLI::App* AddRun(CLI::App& program, Arguments& arguments) {
  CLI::App* run = WithState(
      program.add_subcommand("run", "Run until SIGTERM; SIGHUP reads the configuration again"),
      arguments);
  run->footer(
      "Examples:\n  dims-agent run --config /etc/dims-agent/agent.toml --state "
      "/var/lib/dims-agent");
  run->add_option("--config", arguments.config, "the configuration (/etc/dims-agent/agent.toml)");
  return run;
}

CLI::App* AddCheckConfig(CLI::App& program, Arguments& arguments) {
  CLI::App* check = WithState(
      program.add_subcommand("check-config", "Print every problem of a configuration at once"),
      arguments);
  check->footer(
      "Examples:\n"
      "  dims-agent check-config --config /etc/dims-agent/agent.toml\n"
      "  dims-agent check-config --config /etc/dims-agent/agent.toml --strict --print-effective");
  check->add_option("--config", arguments.config, "the configuration (/etc/dims-agent/agent.toml)");
  check->add_flag("--strict", arguments.strict, "warnings make exit code 1");
  check->add_flag("--print-effective", arguments.print_effective,
                  "show each value and where it comes from");
  return check;
}

CLI::App* AddStatus(CLI::App& program, Arguments& arguments) {
  CLI::App* status =
      WithState(program.add_subcommand("status", "How this agent does, also when it does not run"),
                arguments);
  status->footer(
      "Examples:\n"
      "  dims-agent status --state /var/lib/dims-agent\n"
      "  dims-agent status --state /var/lib/dims-agent --json\n"
      "  dims-agent status --state /var/lib/dims-agent --nagios");
  status->add_flag("--json", arguments.json, "one JSON object");
  status->add_flag("--nagios", arguments.nagios,
                   "one line and exit code 0 to 3, as monitoring plugins speak");
  return status;
}

CLI::App* AddSent(CLI::App& program, Arguments& arguments) {
  CLI::App* sent = WithState(
      program.add_subcommand("sent", "Show what left this site, newest first"), arguments);
  sent->footer(
      "Examples:\n"
      "  dims-agent sent --state /var/lib/dims-agent\n"
      "  dims-agent sent --state /var/lib/dims-agent --since 1h\n"
      "  dims-agent sent --state /var/lib/dims-agent --rows 1 --json");
  sent->add_option("--rows", arguments.rows, "how many events (20; all with --since)");
  sent->add_option("--since", arguments.since, "only what was taken in since then: 90s, 1h, 7d");
  sent->add_flag("--json", arguments.json, "all fields, one JSON object a line");
  return sent;
}

CLI::App* AddDoctor(CLI::App& program, Arguments& arguments) {
  CLI::App* doctor = WithState(
      program.add_subcommand(
          "doctor", "Check everything between this machine's logs and the server, with remedies"),
      arguments);
  doctor->footer(
      "Examples:\n  dims-agent doctor --config /etc/dims-agent/agent.toml --state "
      "/var/lib/dims-agent");
  doctor->add_option("--config", arguments.config,
                     "the configuration (/etc/dims-agent/agent.toml)");
  return doctor;
}

CLI::App* AddTap(CLI::App& program, Arguments& arguments) {
  CLI::App* tap =
      WithState(program.add_subcommand("tap", "Show what leaves this site, live"), arguments);
  tap->footer("Examples:\n  dims-agent tap --state /var/lib/dims-agent");
  tap->add_flag("--json", arguments.json, "all fields, one JSON object a line");
  return tap;
}

int Try(const TryOptions& options, const Clock& clock) {
  if (!options.path.empty() || !options.parsers.empty()) return Report(TryFile(options, clock));
  return Report(absl::InvalidArgumentError("try needs a FILE of lines, or --parsers"));
}

CLI::App* AddLoad(CLI::App& program, Arguments& arguments) {
  LoadOptions& options = arguments.load;
  CLI::App* load = WithState(
      program.add_subcommand(
          "load", "Send old, rotated and compressed logs under their own dates, without alerts"),
      arguments);
  load->footer(
      "Examples:\n"
      "  dims-agent load \"/var/log/auth.log.*.gz\" --state /var/lib/dims-agent\n"
      "  dims-agent load /srv/archive --state /var/lib/dims-agent --timezone Europe/Oslo --tags "
      "old");
  load->add_option("FILE", options.paths, "files, directories, or shell patterns in quotes")
      ->required();
  load->add_option("--config", arguments.config,
                   "the configuration, where no agent runs (/etc/dims-agent/agent.toml)");
  load->add_option("--format", options.format, "as an input's format (auto)");
  load->add_option("--timezone", options.timezone, "as an input's timezone (local)");
  load->add_option("--year", options.year,
                   "the year of the newest lines, where lines name none (by the files' dates)")
      ->check(CLI::Range(1970, 2200));
  load->add_option("--tags", options.tags, "beside \"backfill\"")
      ->delimiter(',')
      ->allow_extra_args(false);
  load->add_flag("--even-if-read", options.even_if_read,
                 "load also what the agent's own inputs have read: it is there twice then");
  return load;
}

CLI::App* AddTry(CLI::App& program, Arguments& arguments) {
  CLI::App* trial = program.add_subcommand("try", "Show what would be read of a file's lines");
  trial->footer(
      "Examples:\n"
      "  dims-agent try /var/log/auth.log\n"
      "  dims-agent try /var/log/auth.log --rows 1 --json\n"
      "  dims-agent try --parsers doorlog.toml doors.log");
  trial->add_option("FILE", arguments.trial.path, "lines of a log; - for standard input");
  AddParsers(trial, arguments.trial.parsers);
  trial->add_option("--format", arguments.trial.format, "as an input's format (auto)");
  trial->add_option("--timezone", arguments.trial.timezone, "as an input's timezone (local)");
  trial->add_option("--rows", arguments.trial.rows_max, "how many lines are shown (20)");
  trial->add_flag("--json", arguments.trial.json, "all fields, one JSON object a line");
  return trial;
}

int Run(int argc, char** argv) {
  SystemClock clock;
  SystemRandom random;
  Arguments arguments;
  CLI::App program{"Reads this site's logs and forwards them to the trust group's server.",
                   "dims-agent"};
  program.set_version_flag("--version", kVersion);
  program.require_subcommand(1);
  CLI::App* join = AddJoin(program, arguments);
  AddRun(program, arguments);
  CLI::App* check = AddCheckConfig(program, arguments);
  CLI::App* status = AddStatus(program, arguments);
  CLI::App* sent = AddSent(program, arguments);
  CLI::App* doctor = AddDoctor(program, arguments);
  CLI::App* tap = AddTap(program, arguments);
  CLI::App* policy_test = AddPolicyTest(program, arguments);
  CLI::App* load = AddLoad(program, arguments);
  CLI::App* trial = AddTry(program, arguments);
  program.footer(
      "Examples:\n"
      "  dims-agent join TOKEN --state /var/lib/dims-agent\n"
      "  dims-agent run --config /etc/dims-agent/agent.toml --state /var/lib/dims-agent\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. All of it: docs/cli.md.");
  // CLI11 reports wrong usage by throwing; nothing else in the program does.
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (join->parsed()) return JoinSite(arguments, clock);
  if (check->parsed()) return CheckConfig(arguments);
  if (status->parsed()) return ShowStatus(arguments, clock);
  if (doctor->parsed()) return Diagnose(arguments, clock);
  if (trial->parsed()) return Try(arguments.trial, clock);
  if (sent->parsed()) return ShowSent(arguments, sent->count("--rows") > 0, clock);
  if (tap->parsed()) return Report(PrintTap(arguments.state, arguments.json));
  if (policy_test->parsed()) {
    arguments.policy.state_directory = arguments.state;
    return Report(TestPolicy(arguments.policy, clock, random));
  }
  if (load->parsed()) {
    arguments.load.state_directory = arguments.state;
    arguments.load.config_path = arguments.config;
    return Report(LoadFiles(arguments.load, clock, random));
  }
  return Report(RunAgent({arguments.config, arguments.state, false}, clock, random));
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  dims::SetLog("dims-agent", dims::LogLevel::kInfo);
  dims::RequireTls13();
  dims::RouteGrpcLog();
  dims::SwitchOffLockOrderChecks();
  return dims::Run(argc, argv);
}

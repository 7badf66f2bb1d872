// SPDX-License-Identifier: Apache-2.0
// dims-agent: reads a site's logs, buffers them durably and forwards them to the trust group's
// server.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "agent/config/agent_config.h"
#include "agent/doctor/doctor.h"
#include "agent/join/join.h"
#include "agent/report_commands.h"
#include "agent/run_agent.h"
#include "agent/status/monitoring_plugin.h"
#include "agent/try_command.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/version.h"
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
  TryOptions trial;
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

int Run(int argc, char** argv) {
  SystemClock clock;
  SystemRandom random;
  Arguments arguments;
  CLI::App program{"Reads this site's logs and forwards them to the trust group's server.",
                   "dims-agent"};
  program.set_version_flag("--version", kVersion);
  program.require_subcommand(1);
  const auto with_state = [&](CLI::App* command) {
    command->add_option("--state", arguments.state, "identity and buffer (/var/lib/dims-agent)");
    return command;
  };
  CLI::App* join =
      with_state(program.add_subcommand("join", "Become an agent of the site a token names"));
  join->footer(
      "Examples:\n"
      "  dims-agent join TOKEN --check --state /var/lib/dims-agent\n"
      "  dims-agent join TOKEN --state /var/lib/dims-agent");
  join->add_option("TOKEN", arguments.token, "what 'dims agent invite SITE' printed")->required();
  join->add_flag("--check", arguments.check_only,
                 "only check that joining would work; the token stays unused");
  CLI::App* run = with_state(
      program.add_subcommand("run", "Run until SIGTERM; SIGHUP reads the configuration again"));
  run->footer(
      "Examples:\n  dims-agent run --config /etc/dims-agent/agent.toml --state "
      "/var/lib/dims-agent");
  run->add_option("--config", arguments.config, "the configuration (/etc/dims-agent/agent.toml)");
  CLI::App* check = with_state(
      program.add_subcommand("check-config", "Print every problem of a configuration at once"));
  check->footer(
      "Examples:\n"
      "  dims-agent check-config --config /etc/dims-agent/agent.toml\n"
      "  dims-agent check-config --config /etc/dims-agent/agent.toml --strict --print-effective");
  check->add_option("--config", arguments.config, "the configuration (/etc/dims-agent/agent.toml)");
  check->add_flag("--strict", arguments.strict, "warnings make exit code 1");
  check->add_flag("--print-effective", arguments.print_effective,
                  "show each value and where it comes from");
  CLI::App* status = with_state(
      program.add_subcommand("status", "How this agent does, also when it does not run"));
  status->footer(
      "Examples:\n"
      "  dims-agent status --state /var/lib/dims-agent\n"
      "  dims-agent status --state /var/lib/dims-agent --json\n"
      "  dims-agent status --state /var/lib/dims-agent --nagios");
  status->add_flag("--json", arguments.json, "one JSON object");
  status->add_flag("--nagios", arguments.nagios,
                   "one line and exit code 0 to 3, as monitoring plugins speak");
  CLI::App* sent =
      with_state(program.add_subcommand("sent", "Show what left this site, newest first"));
  sent->footer(
      "Examples:\n"
      "  dims-agent sent --state /var/lib/dims-agent\n"
      "  dims-agent sent --state /var/lib/dims-agent --rows 1 --json");
  sent->add_option("--rows", arguments.rows, "how many events (20)");
  sent->add_flag("--json", arguments.json, "all fields, one JSON object a line");
  CLI::App* doctor = with_state(program.add_subcommand(
      "doctor", "Check everything between this machine's logs and the server, with remedies"));
  doctor->footer(
      "Examples:\n  dims-agent doctor --config /etc/dims-agent/agent.toml --state "
      "/var/lib/dims-agent");
  doctor->add_option("--config", arguments.config,
                     "the configuration (/etc/dims-agent/agent.toml)");
  CLI::App* trial = program.add_subcommand("try", "Show what would be read of a file's lines");
  trial->footer(
      "Examples:\n"
      "  dims-agent try /var/log/auth.log\n"
      "  dims-agent try /var/log/auth.log --rows 1 --json");
  trial->add_option("FILE", arguments.trial.path, "lines of a log; - for standard input")
      ->required();
  trial->add_option("--format", arguments.trial.format, "as an input's format (auto)");
  trial->add_option("--timezone", arguments.trial.timezone, "as an input's timezone (local)");
  trial->add_option("--rows", arguments.trial.rows_max, "how many lines are shown (20)");
  trial->add_flag("--json", arguments.trial.json, "all fields, one JSON object a line");
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
  if (trial->parsed()) return Report(TryFile(arguments.trial, clock));
  if (sent->parsed()) return Report(PrintSent(arguments.state, arguments.rows, arguments.json));
  return Report(RunAgent({arguments.config, arguments.state}, clock, random));
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

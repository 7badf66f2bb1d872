// SPDX-License-Identifier: Apache-2.0
// dims: what analysts and operators type.
#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "common/base/log.h"
#include "common/base/version.h"
#include "common/grpc/credentials.h"
#include "common/grpc/grpc_log.h"
#include "common/grpc/lock_order_checks.h"

namespace dims {
namespace {

int Run(int argc, char** argv) {
  CommandLine line;
  CLI::App program{"Search and administer the events of a trust group.", "dims"};
  program.set_version_flag("--version", kVersion);
  program.add_option("--identity", line.identity_path,
                     "who you are: the file that 'dims login' or 'dims-server init' wrote "
                     "(default $DIMS_IDENTITY, else ~/.config/dims/identity)");
  program.require_subcommand(1);
  program.fallthrough();
  AddSearchCommands(program, line);
  AddIntelCommands(program, line);
  AddAlertCommands(program, line);
  AddStatusCommands(program, line);
  AddSiteCommands(program, line);
  AddAgentCommands(program, line);
  AddDirectiveCommands(program, line);
  AddUserCommands(program, line);
  AddLoginCommand(program, line);
  AddAuditCommands(program, line);
  program.footer(
      "Examples:\n"
      "  dims search 'user:root event.outcome:=failure | top 10 source.ip' --last 24h\n"
      "  dims agent list\n"
      "  dims status\n\n"
      "'dims COMMAND --help' shows more. Exit codes: 0 done, 1 failed, 2 wrong usage,\n"
      "3 the answer is not complete. All of it: docs/cli.md.");
  // CLI11 reports wrong usage by throwing: the one place in the product where an exception is
  // caught.
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = program.exit(error);
    return code == 0 ? kExitOk : kExitUsage;
  }
  const absl::StatusOr<int> code = line.run();
  line.terminal.EndProgress();
  if (code.ok()) return *code;
  std::fprintf(stderr, "dims: %s\n", EscapeMessage(code.status().message()).c_str());
  return absl::IsInvalidArgument(code.status()) ? kExitUsage : kExitError;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pager is an end, not a crash
  dims::SetLog("dims", dims::LogLevel::kWarning);
  dims::RequireTls13();
  dims::RouteGrpcLog();
  dims::SwitchOffLockOrderChecks();
  return dims::Run(argc, argv);
}

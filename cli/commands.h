// SPDX-License-Identifier: Apache-2.0
// The command groups of `dims`, one file each. Each adds its subcommands, with help and examples,
// to the program.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "cli/session.h"
#include "cli/terminal.h"

namespace dims {

// Exit codes, also in docs/cli.md.
inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitIncomplete =
    3;  // the answer is not complete; the completeness line says why
inline constexpr int kExitDamaged = 4;  // a check found damage, one line each

// What every command shares. The command that was chosen leaves its work in `run`, which main calls
// once after parsing.
struct CommandLine {
  Terminal terminal;
  std::string identity_path;
  std::function<absl::StatusOr<int>()> run;

  absl::StatusOr<std::unique_ptr<Session>> Connect() const { return Session::Open(identity_path); }
};

void AddSiteCommands(CLI::App& program, CommandLine& line);
void AddAgentCommands(CLI::App& program, CommandLine& line);
void AddDirectiveCommands(CLI::App& program, CommandLine& line);
void AddUserCommands(CLI::App& program, CommandLine& line);
void AddLoginCommand(CLI::App& program, CommandLine& line);
void AddSearchCommands(CLI::App& program, CommandLine& line);
void AddIntelCommands(CLI::App& program, CommandLine& line);
void AddAlertCommands(CLI::App& program, CommandLine& line);
void AddAuditCommands(CLI::App& program, CommandLine& line);
void AddStatusCommands(CLI::App& program, CommandLine& line);

// "2026-11-21 10:00:00Z", or "never" for 0.
std::string MomentText(std::int64_t nanoseconds);

// "1 row", "2 rows".
std::string Counted(std::uint64_t count, absl::string_view noun);

// One JSON string with its quotes; control characters and invalid UTF-8 escaped.
std::string JsonString(absl::string_view text);

}  // namespace dims

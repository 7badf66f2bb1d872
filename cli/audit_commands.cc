// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::StatusOr<int> List(CommandLine& line, std::uint32_t rows_max) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  v1::ListAuditRequest request;
  request.set_rows_max(rows_max);
  ASSIGN_OR_RETURN(const auto answer, Call<v1::ListAuditResponse>(
                                          session->admin(), &v1::Admin::Stub::ListAudit, request));
  std::vector<std::vector<std::string>> rows;
  for (const v1::AuditRow& row : answer.rows()) {
    rows.push_back({absl::StrCat(row.number()), MomentText(row.at_ns()), row.who(), row.act(),
                    row.object(), row.outcome(), row.detail()});
  }
  line.terminal.Write(AlignedTable(
      line.terminal, {"number", "time", "who", "act", "object", "outcome", "detail"}, rows));
  return kExitOk;
}

absl::StatusOr<int> Verify(CommandLine& line) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(const auto answer,
                   Call<v1::VerifyAuditResponse>(session->admin(), &v1::Admin::Stub::VerifyAudit,
                                                 v1::VerifyAuditRequest()));
  if (!answer.ok())
    return absl::DataLossError(absl::StrCat("the audit log was changed: ", answer.finding()));
  line.terminal.Write(absl::StrCat(
      Counted(answer.rows(), "row"), ", unbroken; head ", absl::BytesToHexString(answer.head()),
      "\n  note the head somewhere else: only that shows that rows were cut off\n"));
  return kExitOk;
}

}  // namespace

void AddAuditCommands(CLI::App& program, CommandLine& line) {
  CLI::App* audit =
      program.add_subcommand("audit", "Who did and asked what; 'audit verify' checks its chain");
  audit->require_subcommand(0, 1);
  auto rows_max = std::make_shared<std::uint32_t>(50);
  audit->add_option("--rows", *rows_max, "how many, newest first (50)");
  CLI::App* verify = audit->add_subcommand("verify", "Check every row against the hash chain");
  verify->footer(
      "Examples:\n  dims audit verify\n\nExit code 1 and the first wrong row when the log was "
      "changed.");
  audit->footer("Examples:\n  dims audit\n  dims audit --rows 500\n  dims audit verify");
  audit->callback([&line, rows_max, verify] {
    if (verify->parsed()) {
      line.run = [&line] { return Verify(line); };
    } else {
      line.run = [&line, rows_max] { return List(line, *rows_max); };
    }
  });
}

}  // namespace dims

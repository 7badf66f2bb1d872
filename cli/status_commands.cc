// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/call.h"
#include "cli/commands.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

std::string Bytes(std::uint64_t count) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(count);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? absl::StrCat(count, " B") : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string AsJson(const v1::StatusResponse& status) {
  std::vector<std::string> databases;
  for (const std::string& database : status.databases()) databases.push_back(JsonString(database));
  return absl::StrCat(
      "{\"group\":", JsonString(status.group_name()), ",\"version\":", JsonString(status.version()),
      ",\"rows_stored\":", status.rows_stored(), ",\"rows_unsealed\":", status.rows_unsealed(),
      ",\"store_bytes\":", status.store_bytes(), ",\"live_bytes\":", status.live_bytes(),
      ",\"live_free_bytes\":", status.live_free_bytes(),
      ",\"agents_connected\":", status.agents_connected(),
      ",\"agents_known\":", status.agents_known(), ",\"rows_committed\":", status.rows_committed(),
      ",\"groups_committed\":", status.groups_committed(),
      ",\"quarantined_rows\":", status.quarantined_rows(), ",\"gaps_open\":", status.gaps_open(),
      ",\"alerts\":", status.alerts(), ",\"fsyncs\":", status.fsyncs(),
      ",\"refused\":", status.refused(), ",\"tail_groups\":", status.tail_groups(),
      ",\"quarantined_batches\":", status.quarantined_batches(),
      ",\"agents_silent\":", status.agents_silent(), ",\"disk_bytes\":", status.disk_bytes(),
      ",\"disk_free_bytes\":", status.disk_free_bytes(),
      ",\"live_bytes_max\":", status.live_bytes_max(),
      ",\"agents_wait_because\":", JsonString(status.agents_wait_because()), ",\"databases\":[",
      absl::StrJoin(databases, ","), "]}\n");
}

absl::StatusOr<int> Status(CommandLine& line, bool json) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  ASSIGN_OR_RETURN(
      const auto status,
      Call<v1::StatusResponse>(session->query(), &v1::Query::Stub::Status, v1::StatusRequest()));
  if (json) {
    line.terminal.Write(AsJson(status));
    return kExitOk;
  }
  line.terminal.Write(absl::StrCat(
      status.group_name(), " (dims ", status.version(), ", up since ",
      MomentText(status.started_ns()), ")\n", "  events   ", status.rows_stored(), " stored, ",
      status.rows_unsealed(), " of them not yet sealed (", status.tail_groups(),
      " commit groups)\n", "  disk     ", Bytes(status.store_bytes()), " in blocks, ",
      Bytes(status.live_bytes()), " of at most ", Bytes(status.live_bytes_max()), " in live.db (",
      Bytes(status.live_free_bytes()), " more are free again), ", Bytes(status.disk_free_bytes()),
      " of ", Bytes(status.disk_bytes()), " free\n", "  agents   ", status.agents_connected(),
      " of ", status.agents_known(), " connected, ", status.agents_silent(),
      " silent (dims agent list)\n", "  since start  ", status.rows_committed(), " events in ",
      status.groups_committed(), " commits, ", status.fsyncs(), " fsyncs\n", "  losses   ",
      status.gaps_open(), " gaps (dims gaps), ", status.quarantined_rows(), " rows of ",
      status.quarantined_batches(), " batches in quarantine\n", "  alerts   ", status.alerts(),
      " (dims alerts)\n"));
  for (const std::string& database : status.databases()) {
    line.terminal.Write(absl::StrCat("  database  ", EscapeControls(database), "\n"));
  }
  if (!status.agents_wait_because().empty()) {
    line.terminal.Write(
        absl::StrCat("  AGENTS WAIT and keep their events: ", status.agents_wait_because(), "\n"));
  }
  return kExitOk;
}

absl::StatusOr<int> Seal(CommandLine& line) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  line.terminal.Progress("sealing ...");
  grpc::ClientContext context;  // as long as it takes
  v1::SealStoreResponse sealed;
  RETURN_IF_ERROR(FromGrpc(session->admin().SealStore(&context, v1::SealStoreRequest(), &sealed)));
  line.terminal.Write(absl::StrCat(Counted(sealed.rows(), "row"), " sealed into ",
                                   Counted(sealed.blocks(), "block"), "\n"));
  return kExitOk;
}

absl::StatusOr<int> VerifyStore(CommandLine& line) {
  ASSIGN_OR_RETURN(const auto session, line.Connect());
  line.terminal.Progress("reading every block ...");
  grpc::ClientContext context;  // as long as it takes
  v1::VerifyStoreResponse found;
  RETURN_IF_ERROR(
      FromGrpc(session->admin().VerifyStore(&context, v1::VerifyStoreRequest(), &found)));
  for (const std::string& finding : found.findings()) line.terminal.Write(finding + "\n");
  const auto listed = static_cast<std::uint64_t>(found.findings_size());
  if (found.findings_total() > listed) {
    line.terminal.Write(
        absl::StrCat("... and ", found.findings_total() - listed, " more, in the server's log\n"));
  }
  line.terminal.Write(absl::StrCat(Counted(found.blocks(), "block"), " read, ",
                                   Bytes(found.bytes()), ", ",
                                   Counted(found.findings_total(), "problem"), "\n"));
  return found.findings_total() == 0 ? kExitOk : kExitDamaged;
}

}  // namespace

void AddStatusCommands(CLI::App& program, CommandLine& line) {
  auto json = std::make_shared<bool>(false);
  CLI::App* status =
      program.add_subcommand("status", "How the server does: events, disk, agents, losses");
  status->add_flag("--json", *json, "one JSON object");
  status->footer("Examples:\n  dims status\n  dims status --json");
  status->callback([&line, json] { line.run = [&line, json] { return Status(line, *json); }; });
  CLI::App* store = program.add_subcommand("store", "The event store: seal, verify");
  store->require_subcommand(1);
  CLI::App* seal = store->add_subcommand("seal", "Seal every open row into blocks now");
  store->footer("Examples:\n  dims store seal\n  dims store verify");
  seal->footer("Examples:\n  dims store seal");
  seal->callback([&line] { line.run = [&line] { return Seal(line); }; });
  CLI::App* verify =
      store->add_subcommand("verify", "Read every sealed block and hold it against the ledger");
  verify->footer(
      "Examples:\n"
      "  dims store verify\n"
      "\n"
      "One line a problem; exit code 0 when there is none, 4 when there are some.");
  verify->callback([&line] { line.run = [&line] { return VerifyStore(line); }; });
}

}  // namespace dims

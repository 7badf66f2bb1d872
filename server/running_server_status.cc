// SPDX-License-Identifier: Apache-2.0
// What the server says of itself when an operator asks.
#include <chrono>
#include <filesystem>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "common/sqlite/sync_counter.h"
#include "server/running_server.h"
#include "server/store/verify.h"

namespace dims {
namespace {

constexpr std::size_t kFindingsMax = 1000;

}  // namespace

// Ledger and manifest of one moment: both change on the commit thread alone.
absl::StatusOr<v1::VerifyStoreResponse> RunningServer::VerifyStore() {
  struct Moment {
    absl::StatusOr<std::vector<LedgerRow>> ledger = absl::UnavailableError("the server stops");
    std::shared_ptr<const Manifest> manifest;
    std::promise<void> taken;
  };

  const auto moment = std::make_shared<Moment>();
  std::future<void> taken = moment->taken.get_future();
  const bool asked = ingest_->RunOnCommitThread([this, moment] {
    moment->ledger = static_cast<Ledger&>(*live_).Rows();
    moment->manifest = store_->manifest();
    moment->taken.set_value();
  });
  while (asked && !stopping_ && failure().ok() &&
         taken.wait_for(std::chrono::seconds(1)) != std::future_status::ready) {
  }
  if (!asked || stopping_ || !failure().ok()) return absl::UnavailableError("the server stops");
  RETURN_IF_ERROR(moment->ledger.status());
  const VerifyFindings found = VerifyBlocks(*moment->manifest, *moment->ledger, stopping_);
  if (stopping_) return absl::UnavailableError("the server stops");
  v1::VerifyStoreResponse out;
  out.set_blocks(found.blocks);
  out.set_bytes(found.bytes);
  out.set_findings_total(found.damaged.size());
  for (const std::string& finding : found.damaged) {
    if (static_cast<std::size_t>(out.findings_size()) < kFindingsMax) out.add_findings(finding);
    LogError("store verify: ", finding);
  }
  return out;
}

absl::StatusOr<v1::StatusResponse> RunningServer::Status() {
  const StoreFigures figures = store_->figures();
  const auto registry = registry_->Snapshot();
  ASSIGN_OR_RETURN(const LiveReader::Counts counts, live_reader_->Count());
  v1::StatusResponse out;
  out.set_group_name(registry->group.name);
  out.set_version(kVersion);
  out.set_started_ns(absl::ToUnixNanos(started_));
  out.set_rows_stored(figures.open_rows + figures.sealed_rows);
  out.set_rows_unsealed(figures.open_rows);
  out.set_store_bytes(figures.sealed_bytes);
  out.set_live_bytes(static_cast<std::uint64_t>(live_bytes_.load()));
  out.set_live_free_bytes(static_cast<std::uint64_t>(live_free_bytes_.load()));
  out.set_groups_committed(groups_committed_);
  out.set_rows_committed(rows_committed_);
  out.set_agents_connected(presence_.connected_count());
  out.set_agents_known(registry->agents.size());
  out.set_gaps_open(static_cast<std::uint64_t>(counts.gaps));
  out.set_alerts(static_cast<std::uint64_t>(counts.alerts));
  out.set_quarantined_rows(static_cast<std::uint64_t>(counts.quarantined_rows));
  out.set_refused(refused_);
  out.set_quarantined_batches(static_cast<std::uint64_t>(counts.quarantined_batches));
  out.set_tail_groups(static_cast<std::uint64_t>(counts.tail_groups));
  out.set_fsyncs(SyncsCounted());
  out.set_live_bytes_max(live_bytes_max_);
  out.set_agents_silent(CountSilentAgents(*registry, AgentStreams(), clock_.Now()));
  std::error_code error;
  const std::filesystem::space_info volume = std::filesystem::space(directory_, error);
  if (!error) {
    out.set_disk_bytes(volume.capacity);
    out.set_disk_free_bytes(volume.available);
  }
  out.set_agents_wait_because(AgentsWaitBecause());
  for (const auto& [path, state] : geo_.Describe()) {
    out.add_databases(absl::StrCat(path, ": ", state));
  }
  return out;
}

std::string RunningServer::AgentsWaitBecause() const {
  if (const absl::Status room = Room().Check(); !room.ok()) return std::string(room.message());
  const StoreFigures figures = store_->figures();
  if (figures.sealing_finds_disk_full) return "sealing finds the disk full";
  if (!store_->AcceptsMore()) return "too many rows are not yet sealed";
  if (!committer_has_room_) return "live.db is nearly full (store.live_max)";
  return "";
}

}  // namespace dims

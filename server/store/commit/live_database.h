// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/sqlite/database.h"
#include "common/sqlite/transaction.h"
#include "server/detect/alert.h"
#include "server/detect/window_state.h"
#include "server/store/commit/commit_group.h"
#include "server/store/ledger.h"

namespace dims {

// Of one agent; what it declares beyond is added up in one row of its own.
inline constexpr std::size_t kGapsPerAgentMax = 10'000;

// The reason of that row.
inline constexpr absl::string_view kGapOverflowReason = "more gaps than are listed one by one";

struct LiveDatabaseOptions {
  std::string path;            // of live.db
  std::int64_t bytes_max = 0;  // ResourceExhausted beyond; 0: no limit
  std::string vfs;             // tests
  // What tells the file from a copy of it put in its place; empty: FileIdentity of the path.
  std::function<std::uint64_t()> file_identity;
  DatabaseOptions::Synchronous synchronous = DatabaseOptions::Synchronous::kFull;
};

// live.db: exactly what must be atomic with an ack. The tail, watermarks, bookmarks, gaps,
// quarantine, alerts, window state and the ledger of sealed blocks (docs/live_schema.md).
//
// Guarantees: what one Begin..Commit wrote is there whole or not at all, after any crash; a Commit
// that fails with anything but ResourceExhausted has an unknown outcome and the process must stop
// and reopen. Thread: the commit thread alone. Errors: DataLoss when the file is damaged.
class LiveDatabase final : public WindowState, public Ledger {
 public:
  static absl::StatusOr<std::unique_ptr<LiveDatabase>> Open(const LiveDatabaseOptions& options,
                                                            Random& random);

  // Drawn when the file was made, and anew when the store is found to have gone back: when another
  // file lies in its place than the one last written, or when an agent can tell.
  std::uint64_t store_generation() const { return store_generation_; }

  // Open found such a file, and nobody was told yet.
  bool restored() const { return restored_; }

  void NoteRestoredTold() { restored_ = false; }

  // What is known of all agents, by agent, then rank.
  absl::StatusOr<std::vector<Watermark>> Watermarks();
  absl::StatusOr<std::vector<AgentBookmark>> Bookmarks();
  absl::StatusOr<std::vector<Gap>> RefillingGaps();
  // Bytes of payload already kept in quarantine for `agent`.
  absl::StatusOr<std::int64_t> QuarantinedBytes(absl::string_view agent);

  // Visits the tail in commit order.
  using TailVisit = std::function<absl::Status(std::int64_t id, const v1::TailGroup& group)>;
  absl::Status ForEachTailGroup(const TailVisit& visit);

  // One group. Begin, then Write (returns the ids of the new tail rows, in order; gives new gaps
  // their ids), then Raise and the window verbs as needed, then Commit. Abandon rolls back; so does
  // a failed Commit.
  absl::Status Begin();
  absl::StatusOr<std::vector<std::int64_t>> Write(CommitGroup& group);
  // False when this (rule, key, window) was raised before; gives the alert its id otherwise.
  absl::StatusOr<bool> Raise(Alert& alert);
  // Alerts that no batch caused, in a transaction of their own; those that are new, with their ids.
  // Errors as Commit's.
  absl::StatusOr<std::vector<Alert>> RaiseNow(std::vector<Alert> alerts);
  // Alerts that no notifier has confirmed, oldest first; and the confirmation, in a transaction of
  // its own.
  absl::StatusOr<std::vector<Alert>> Unnotified(std::size_t alerts_max);
  absl::Status MarkNotified(std::span<const std::int64_t> ids);
  absl::Status SetStoreGeneration(std::uint64_t generation);
  absl::Status Commit();
  void Abandon();

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view rule,
                                                 absl::string_view key) override;
  absl::Status Put(absl::string_view rule, absl::string_view key, absl::string_view value,
                   std::int64_t expires_ns) override;
  absl::Status ForgetExpiredWindows(std::int64_t now_ns);

  absl::StatusOr<std::vector<LedgerRow>> Rows() override;
  absl::Status RecordSealed(std::span<const LedgerRow> rows,
                            std::span<const std::int64_t> covered_tail_ids) override;
  absl::Status Forget(std::span<const std::string> blocks) override;

  absl::Status Checkpoint() { return database_->Checkpoint(); }

  // A consistent copy in a new file, for backups.
  absl::Status CopyTo(absl::string_view new_path) { return database_->CopyTo(new_path); }

  // Bytes of pages in use, and of free pages that will be used again.
  struct Size {
    std::int64_t live_bytes = 0;
    std::int64_t free_bytes = 0;
  };

  absl::StatusOr<Size> MeasureSize();

  // False once nine tenths of bytes_max are in use: what is left is for sealing to write that the
  // tail may go.
  bool HasRoom();

 private:
  LiveDatabase(std::unique_ptr<Database> database, std::uint64_t store_generation)
      : database_(std::move(database)), store_generation_(store_generation) {}

  absl::Status WriteWatermarks(const std::vector<Watermark>& watermarks);
  absl::Status WriteBookmarks(const std::vector<AgentBookmark>& bookmarks);
  absl::Status WriteGaps(CommitGroup& group);
  absl::Status InsertGap(Gap& gap);
  absl::Status ChangeGap(const Gap& gap);
  absl::Status AddToOverflow(const Gap& gap);
  absl::StatusOr<std::size_t> CountGaps(const std::string& agent);
  absl::Status WriteQuarantines(const std::vector<Quarantine>& quarantines);

  std::unique_ptr<Database> database_;
  std::optional<Transaction> transaction_;
  std::uint64_t store_generation_;
  bool restored_ = false;
  std::int64_t bytes_max_ = 0;
  std::optional<absl::flat_hash_map<std::string, std::size_t>> gaps_of_;  // rows by agent
  std::uint64_t drawn_generation_ = 0;  // becomes store_generation_ when the transaction commits
};

}  // namespace dims

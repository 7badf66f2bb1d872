// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "server/store/block/zstd_codec.h"
#include "server/store/day_files.h"
#include "server/store/ledger.h"
#include "server/store/manifest.h"
#include "server/store/open_days.h"
#include "server/store/open_rows.h"
#include "server/store/seal_planner.h"
#include "server/store/store_recovery.h"

namespace dims {

// Where sealing may be interrupted, in order; tests stop it there as a crash would.
enum class SealPoint : std::uint8_t {
  kFrozen = 1,     // a day's rows were chosen
  kEncoded = 2,    // their blocks are in memory
  kWritten = 3,    // and in the day file, synced
  kRecorded = 4,   // and in the ledger; their commit groups left the tail
  kPublished = 5,  // and in the manifest
};

struct EventStoreOptions {
  std::string directory;
  SealLimits seal;
  std::int64_t retention_days = 400;
  std::uint64_t bytes_max = 0;             // of all day files; 0: no limit
  std::string vfs;                         // tests
  std::function<bool(SealPoint)> goes_on;  // tests: false stops sealing there
};

// Rows, blocks and bytes, for status and capacity.
struct StoreFigures {
  std::uint64_t open_rows = 0;
  std::uint64_t sealed_rows = 0;
  std::uint64_t sealed_bytes = 0;  // of all parts, without the files' own pages
  std::uint64_t blocks = 0;
  std::uint64_t open_days = 0;
  bool sealing_finds_disk_full = false;
};

// The embedded event store: rows are open (in memory, and in the tail of live.db) from commit until
// they are sealed into blocks of their day's file. The ledger alone decides which blocks count.
//
// Guarantees: a manifest holds each committed row exactly once, whatever is being sealed. A block
// is on disk before the ledger names it, and the ledger names it before a manifest does; after a
// crash anywhere in between, its rows come from the tail again. Owns the day files below its
// directory.
//
// Threads: one commit thread (Append, RecordSealed, DropExpired), one sealing thread (SealStep),
// any thread for the rest. The ledger must outlive it and is called on the commit thread alone.
class EventStore final : public OpenRows {
 public:
  // Finds what the ledger and the day files hold; recovery() tells what does not fit. The tail is
  // then appended again, by Append in commit order. Errors: the ledger's, and of disks that fail.
  static absl::StatusOr<std::unique_ptr<EventStore>> Open(const EventStoreOptions& options,
                                                          Ledger& ledger, Clock& clock);

  const StoreRecovery& recovery() const { return recovery_; }

  // REQUIRES: tail ids ascend.
  void Append(OpenChunk chunk) override;
  bool AcceptsMore() const override;

  // What there is now. Never null.
  std::shared_ptr<const Manifest> manifest() const;

  StoreFigures figures() const;

  // Seals one freeze of one day, if one is due: chooses the rows, encodes them and writes the day
  // file. True: RecordSealed must follow, on the commit thread, before the next step does anything.
  // ResourceExhausted: the disk is full, the rows stay open, no more are accepted until a later
  // step succeeds.
  absl::StatusOr<bool> SealStep();

  // True when SealStep has written something that the ledger does not name yet.
  bool HasUnrecorded() const;

  // Writes what SealStep has written into the ledger, and publishes it. Nothing to do is OK.
  // ResourceExhausted: not recorded, call again; any other error: the outcome is unknown, exit.
  absl::Status RecordSealed();

  // Everything that is open now is due. Done when figures().open_rows no longer counts it.
  void SealAll();

  // Waits until a new manifest was published, or `timeout` has passed. Any thread.
  void AwaitChange(absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The size of live.db's tail, for the limit on it.
  void NoteTailBytes(std::uint64_t bytes);

  // Takes days that are older than the retention, and the oldest days beyond bytes_max, out of
  // ledger and manifest; their files go with the last manifest that names them.
  absl::Status DropExpired();

 private:
  // Written and synced, not recorded yet.
  struct Written {
    std::vector<LedgerRow> rows;
    std::vector<SealedBlock> blocks;
  };

  EventStore(const EventStoreOptions& options, Ledger& ledger, Clock& clock);
  std::vector<OpenSlice> FreezeDueDay() ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<DayNumber> DueDay() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Written> WriteBlocks(const std::vector<OpenSlice>& slices);
  absl::Status GiveUpSealing(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<DayNumber> ExpiredDays() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool GoesOn(SealPoint point) const { return !options_.goes_on || options_.goes_on(point); }

  std::int64_t NowNs() const;

  const EventStoreOptions options_;
  Ledger& ledger_;
  Clock& clock_;
  StoreRecovery recovery_;
  DayFiles files_;
  ZstdCodec zstd_;                                        // the sealing thread's
  absl::flat_hash_map<DayNumber, std::int64_t> last_id_;  // of blocks; the sealing thread's
  mutable Mutex mutex_;
  mutable CondVar published_;
  OpenDays open_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<DayNumber, std::int64_t> sealed_upto_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const std::vector<SealedBlock>> sealed_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Manifest> manifest_ ABSL_GUARDED_BY(mutex_);
  std::optional<Written> written_ ABSL_GUARDED_BY(mutex_);
  std::int64_t seal_all_upto_ ABSL_GUARDED_BY(mutex_) = 0;  // tail id
  std::int64_t last_tail_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t tail_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<std::int64_t> disk_full_since_ns_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/sqlite/database.h"
#include "server/store/block/block_encoder.h"
#include "server/store/block/block_source.h"
#include "server/store/day.h"

namespace dims {

struct StoredHeader {
  std::int64_t id = 0;
  std::string name;   // of the block, unique for ever
  std::string bytes;  // BlockHeader, serialized
};

// day-YYYYMMDD.db: the sealed blocks of one UTC day (docs/block_format.md, "Day file"). Its one
// writer is open only while blocks are added; readers are read-only, short, and pooled.
//
// Guarantees: when Add returns OK the block is on disk whole. A file that was marked for removal is
// unlinked when the last reader lets go of it. Thread: Add and CloseWriter: one thread, the
// sealer's; everything else any. Errors: ResourceExhausted when the disk is full (nothing was
// added), DataLoss when the file is damaged; after Unknown the writer is closed and opened anew.
class DayFile {
 public:
  // `vfs` for tests. Opens nothing yet.
  DayFile(std::string directory, DayNumber day, std::string vfs);
  ~DayFile();
  DayFile(const DayFile&) = delete;
  DayFile& operator=(const DayFile&) = delete;

  DayNumber day() const { return day_; }

  const std::string& path() const { return path_; }

  // At start, before anything else: every block's header, by id, after whatever a crash left half
  // done was undone. NotFound when there is no file.
  absl::StatusOr<std::vector<StoredHeader>> Recover();

  // Every block's header as the file has it now, by id.
  absl::StatusOr<std::vector<StoredHeader>> ReadHeaders();

  // Adds a block under an id of at least `id_min` and returns where it is. The name holds the id
  // and the beginning of the digest.
  absl::StatusOr<StoredHeader> Add(const EncodedBlock& block, std::int64_t id_min);

  // Copies what the log holds into the file and gives up the writer.
  absl::Status CloseWriter();

  // Reads the parts of one block, from the first one on in one snapshot, which holds the log of a
  // file that is still written back: not to be kept longer than a scan. Keeps the file alive.
  static std::unique_ptr<PartReader> PartsOf(std::shared_ptr<DayFile> file, std::int64_t block);

  // Bytes on disk, the log included; 0 under a test's vfs.
  std::uint64_t MeasureBytes() const;

  void RemoveWhenUnused() { remove_ = true; }

  bool dropped() const { return remove_; }

 private:
  class Parts;

  absl::StatusOr<std::unique_ptr<Database>> LeaseReader() ABSL_LOCKS_EXCLUDED(mutex_);
  void ReturnReader(std::unique_ptr<Database> reader) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status OpenWriter();
  absl::Status Insert(const EncodedBlock& block, const StoredHeader& stored);
  DatabaseOptions OptionsFor(DatabaseOptions::Access access) const;

  const std::string path_;
  const DayNumber day_;
  const std::string vfs_;
  std::unique_ptr<Database> writer_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> remove_ = false;
};

}  // namespace dims

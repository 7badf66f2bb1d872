// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// A disk in memory under the real SQLite that forgets, tears and fails as disks do. Name it in
// DatabaseOptions::vfs.
//
// What survives CutPower: everything a successful sync covered; of what was written since, a seeded
// choice: none, all, a prefix, some writes, or some 512-byte sectors of some writes. Files made and
// never synced may be gone, deleted ones may be back. Handles of before the cut fail from then on;
// opening again sees what the disk holds. After a failed sync the writes it should have covered
// look written, yet a later sync does not cover them any more, as on Linux. Same seed and same
// calls, same outcome. Thread: calls of SQLite from any; the controls from the test's. Every
// connection must be closed before the object goes.
class CrashVfs {
 public:
  enum class Fault {
    kInputOutput,  // any call fails with its own SQLITE_IOERR_*; a write may have been half done
    kDiskFull,     // a write fails with SQLITE_FULL, perhaps half done
    kSync,         // a sync fails
  };

  enum class Persistence { kOnce, kSticky };

  explicit CrashVfs(std::uint64_t seed);
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  // The name it is registered under; unique in the process.
  const std::string& name() const { return name_; }

  // The power goes now.
  void CutPower();

  // The power goes inside the `nth` sync (1: the next) or write from now on, before it has
  // returned.
  void CutPowerAtSync(std::uint64_t nth);
  void CutPowerAtWrite(std::uint64_t nth);
  bool power_was_cut() const;

  // The `nth` call that `fault` can hit from now on (1: the next) fails; kSticky: and all after it.
  void Fail(Fault fault, std::uint64_t nth, Persistence persistence);
  void ClearFault();
  bool fault_fired() const;

  // Since construction.
  std::uint64_t syncs_count() const;
  std::uint64_t writes_count() const;
  std::uint64_t written_bytes() const;

  // What a process would read now; empty when there is no such file.
  std::string Contents(absl::string_view path) const;

  // Replaces a file's bytes, durably, behind the back of whoever has it open: damage at rest.
  void SetContents(absl::string_view path, absl::string_view bytes);

  // A copy of the whole disk as processes see it, and back to it: a backup, a snapshot, a restore.
  // As after a cut, handles of before a restore fail.
  class Snapshot;
  std::shared_ptr<const Snapshot> TakeSnapshot() const;
  void Restore(const Snapshot& snapshot);

  class Disk;

 private:
  struct State;

  std::string name_;
  std::unique_ptr<State> state_;
};

}  // namespace dims

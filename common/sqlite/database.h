// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/unique_fd.h"
#include "common/sqlite/statement.h"

struct sqlite3;

namespace dims {

struct DatabaseOptions {
  enum class Access {
    kReadOnly,   // never writes, never checkpoints, also not on close
    kReadWrite,  // the one writer; the file must exist
    kCreate,     // the one writer; the file is made (mode 0600) when it is absent
  };

  enum class Synchronous {
    kNormal,  // survives the process, a power cut may take the last commits: caches only
    kFull,    // a commit that returned OK survives a power cut
  };

  std::string path;
  Access access = Access::kReadOnly;
  Synchronous synchronous = Synchronous::kFull;
  int page_bytes = 4096;  // a new file's; an existing one keeps its own
  int cache_kib = 2048;
  std::int64_t pages_max =
      0;  // ResourceExhausted beyond; 0: no limit. Keep well below the volume's size
  int checkpoint_pages =
      1000;  // Commit checkpoints when the WAL holds more; 0: only Checkpoint() does
  absl::Duration busy_timeout = absl::Seconds(5);
  std::string vfs;  // tests put a failing file system under it; empty: the operating system's
};

// One connection to one database file, in WAL mode, hardened; the only door to SQLite in the
// product.
//
// Guarantees: exactly one writer per file, across processes, held by a lock on `<path>.lock` for
// life (SQLite before 3.51.3 can lose committed transactions when two connections write and
// checkpoint); only the writer checkpoints; no memory map, so a failing disk is an error and not a
// signal. Once a commit's or checkpoint's outcome is unknown the connection is broken and refuses
// everything else: after a failed fsync later successes mean nothing. Owns the connection and its
// statement cache. Statements and Transactions must not outlive it. Thread: one at a time; the
// caller provides the order. Errors: see common/sqlite/error.h. Open: NotFound, Unavailable (there
// is a writer already), DataLoss, others.
class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A statement from the cache, compiled on first use. The cache never shrinks: pass literals, bind
  // values.
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

  // Runs statements without parameters or rows, for schemas and pragmas.
  absl::Status Execute(absl::string_view sql);

  // The single integer a query without parameters gives; NotFound when it gives no row.
  absl::StatusOr<std::int64_t> QueryInt64(absl::string_view sql);

  // Copies the WAL into the file, as much as the readers allow, and starts the WAL anew where
  // possible. Between transactions only. `truncate` also gives the WAL's space back. OK even when
  // readers held some of it back.
  absl::Status Checkpoint(bool truncate = false);

  // A consistent copy of everything committed, in a new file. Writer's thread; blocks it for as
  // long as it takes.
  absl::Status CopyTo(absl::string_view new_path);

  // SQLite's own check of structure ("PRAGMA quick_check"): DataLoss with its first finding.
  absl::Status QuickCheck();

  // Lowers or raises the limit of DatabaseOptions::pages_max; never below the present size.
  absl::Status SetPagesMax(std::int64_t pages_max);

  std::int64_t changes_count() const;  // rows changed by the last statement
  std::int64_t last_insert_rowid() const;

  int wal_pages() const { return wal_pages_; }  // after this connection's last commit

  bool broken() const { return broken_; }

  const std::string& path() const { return options_.path; }

  // The file's name without its folder: what messages call it.
  const std::string& name() const { return name_; }

 private:
  friend class Statement;
  friend class Transaction;
  friend class ReadSnapshot;

  explicit Database(const DatabaseOptions& options);
  absl::Status Begin(absl::string_view sql);
  void RollBack();
  absl::Status LockAsWriter();
  absl::Status Connect();
  absl::Status Configure();
  absl::Status ConfigureWriter();
  absl::Status ToStatus(int result, absl::string_view action) const;
  void GiveBack(std::string sql, sqlite3_stmt* statement);
  void NoteOutsideTransaction(int result);
  absl::Status Broken() const;

  DatabaseOptions options_;
  std::string name_;
  UniqueFd lock_;
  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> idle_;
  int wal_pages_ = 0;
  int checkpoint_due_pages_ =
      0;  // WAL size at which a commit checkpoints; grows while readers hold the WAL back
  bool broken_ = false;
  bool in_transaction_ = false;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/sqlite/error.h"
#include "common/sqlite/sync_counter.h"

namespace dims {
namespace {

using Access = DatabaseOptions::Access;

constexpr int kPrivateMode = 0600;

absl::Status OpenError(const std::string& path, absl::string_view action) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": ", action));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  if (options.access != Access::kReadOnly) RETURN_IF_ERROR(database->LockAsWriter());
  RETURN_IF_ERROR(database->Connect());
  RETURN_IF_ERROR(database->Configure());
  if (options.access != Access::kReadOnly) RETURN_IF_ERROR(database->ConfigureWriter());
  return database;
}

Database::Database(const DatabaseOptions& options)
    : options_(options),
      name_(std::filesystem::path(options.path).filename().string()),
      checkpoint_due_pages_(options.checkpoint_pages) {}

Database::~Database() {
  for (auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

// A lock of its own, because SQLite's are taken and given back with each transaction, and POSIX
// locks on the database file itself would be dropped by any close() of that file in this process.
absl::Status Database::LockAsWriter() {
  const std::string lock_path = options_.path + ".lock";
  lock_.Reset(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateMode));
  if (!lock_.valid()) return OpenError(lock_path, "open the writer's lock");
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return OpenError(lock_path, "lock");
  return absl::UnavailableError(
      absl::StrCat(options_.path, ": open for writing: another process writes to it already"));
}

absl::Status Database::Connect() {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options_.access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const bool on_disk = options_.vfs.empty();
  if (options_.access == Access::kCreate) {
    flags |= SQLITE_OPEN_CREATE;
    // SQLite would make it readable by all; its WAL and shared memory then take over the mode of
    // the file.
    if (on_disk) {
      const UniqueFd file(
          ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateMode));
      if (!file.valid()) return OpenError(options_.path, "create");
    }
  } else if (on_disk && ::access(options_.path.c_str(), F_OK) != 0) {
    return OpenError(options_.path, "open");
  }
  const char* vfs = on_disk ? CountingVfs() : options_.vfs.c_str();
  const int result = sqlite3_open_v2(options_.path.c_str(), &connection_, flags, vfs);
  return ToStatus(result, "open");
}

absl::Status Database::Configure() {
  const auto timeout = absl::ToInt64Milliseconds(options_.busy_timeout);
  sqlite3_busy_timeout(connection_, static_cast<int>(timeout));
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  const int no_checkpoint_on_close = options_.access == Access::kReadOnly ? 1 : 0;
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, no_checkpoint_on_close, nullptr);
  // Only pragmas that read no page: the first read of the file is the schema check below, so that a
  // file which is no database gives DataLoss with one clear action.
  RETURN_IF_ERROR(Execute(absl::StrCat("PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;",
                                       "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;",
                                       "PRAGMA cache_size=-", options_.cache_kib)));
  if (options_.access == Access::kReadOnly) RETURN_IF_ERROR(Execute("PRAGMA query_only=ON"));
  sqlite3_wal_autocheckpoint(connection_, 0);
  return absl::OkStatus();
}

absl::Status Database::ConfigureWriter() {
  RETURN_IF_ERROR(Execute(absl::StrCat("PRAGMA page_size=", options_.page_bytes)));
  // A new file's first page is written under a rollback journal. Its deletion must be on disk
  // before the first commit is: a journal that came back after a power cut would undo the file's
  // making, and with it everything in the log.
  RETURN_IF_ERROR(Execute("PRAGMA synchronous=EXTRA"));
  {
    ASSIGN_OR_RETURN(Statement mode, Prepare("PRAGMA journal_mode=WAL"));
    ASSIGN_OR_RETURN(const bool row, mode.Step());
    if (!row || mode.Text(0) != "wal") {
      return absl::FailedPreconditionError(absl::StrCat(
          options_.path, ": switch to a write-ahead log: the file system cannot share memory"));
    }
    // The file's first page is written and synced when the statement ends, not when it gives its
    // row: an error there must not be lost.
    RETURN_IF_ERROR(mode.Run(), "switch to a write-ahead log");
  }
  const bool full = options_.synchronous == DatabaseOptions::Synchronous::kFull;
  RETURN_IF_ERROR(Execute(full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  const std::int64_t wal_bytes_kept =
      std::int64_t{4} * options_.checkpoint_pages * options_.page_bytes;
  RETURN_IF_ERROR(Execute(absl::StrCat("PRAGMA journal_size_limit=", wal_bytes_kept)));
  if (options_.pages_max > 0) RETURN_IF_ERROR(SetPagesMax(options_.pages_max));
  sqlite3_wal_hook(
      connection_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  return absl::OkStatus();
}

absl::Status Database::SetPagesMax(std::int64_t pages_max) {
  return Execute(absl::StrCat("PRAGMA max_page_count=", pages_max));
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  if (broken_) return Broken();
  std::string key(sql);
  if (auto found = idle_.find(key); found != idle_.end()) {
    sqlite3_stmt* statement = found->second;
    idle_.erase(found);
    return Statement(*this, statement, std::move(key));
  }
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(connection_, key.data(), static_cast<int>(key.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  RETURN_IF_ERROR(ToStatus(result, key));
  if (statement == nullptr) {
    return absl::InternalError(absl::StrCat(name_, ": prepare: no statement in '", key, "'"));
  }
  return Statement(*this, statement, std::move(key));
}

void Database::GiveBack(std::string sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  const bool kept = idle_.emplace(std::move(sql), statement).second;
  if (!kept) sqlite3_finalize(statement);  // two leases of one text were out at once
}

absl::Status Database::Execute(absl::string_view sql) {
  if (broken_) return Broken();
  const std::string text(sql);
  const int result = sqlite3_exec(connection_, text.c_str(), nullptr, nullptr, nullptr);
  NoteOutsideTransaction(result);
  return ToStatus(result, text);
}

// A statement outside a Transaction commits itself: its failed write is a commit of unknown
// outcome.
void Database::NoteOutsideTransaction(int result) {
  if (in_transaction_) return;
  broken_ = broken_ || result == SQLITE_IOERR_WRITE || result == SQLITE_IOERR_FSYNC ||
            result == SQLITE_IOERR_DIR_FSYNC || result == SQLITE_IOERR_TRUNCATE;
}

absl::Status Database::Begin(absl::string_view sql) {
  DIMS_CHECK(!in_transaction_);
  RETURN_IF_ERROR(Execute(sql));
  in_transaction_ = true;
  return absl::OkStatus();
}

void Database::RollBack() {
  in_transaction_ = false;
  // An error may have rolled back already; then there is nothing to do.
  if (sqlite3_get_autocommit(connection_) != 0) return;
  sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

absl::StatusOr<std::int64_t> Database::QueryInt64(absl::string_view sql) {
  ASSIGN_OR_RETURN(Statement query, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::NotFoundError(absl::StrCat(name_, ": ", sql, ": no row"));
  return query.Int64(0);
}

absl::Status Database::Checkpoint(bool truncate) {
  DIMS_CHECK(options_.access != Access::kReadOnly && !in_transaction_);
  if (broken_) return Broken();
  // Without a busy handler it takes what the readers allow instead of waiting for them with the
  // writer stopped.
  sqlite3_busy_timeout(connection_, 0);
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART;
  int pages_in_wal = 0;
  const int result = sqlite3_wal_checkpoint_v2(connection_, nullptr, mode, &pages_in_wal, nullptr);
  const auto timeout = absl::ToInt64Milliseconds(options_.busy_timeout);
  sqlite3_busy_timeout(connection_, static_cast<int>(timeout));
  checkpoint_due_pages_ = options_.checkpoint_pages;
  if ((result & 0xff) == SQLITE_BUSY) {
    checkpoint_due_pages_ += wal_pages_;  // not again with each commit: every try costs fsyncs
    return absl::OkStatus();
  }
  if (result == SQLITE_OK) wal_pages_ = 0;
  if ((result & 0xff) == SQLITE_IOERR) broken_ = true;
  return ToStatus(result, "checkpoint");
}

absl::Status Database::CopyTo(absl::string_view new_path) {
  ASSIGN_OR_RETURN(Statement copy, Prepare("VACUUM INTO ?1"));
  copy.BindText(1, new_path);
  RETURN_IF_ERROR(copy.Run(), absl::StrCat("copy to ", new_path));
  return absl::OkStatus();
}

absl::Status Database::QuickCheck() {
  ASSIGN_OR_RETURN(Statement check, Prepare("PRAGMA quick_check(1)"));
  ASSIGN_OR_RETURN(const bool row, check.Step());
  if (row && check.Text(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(name_, ": quick_check: ", row ? check.Text(0) : absl::string_view("no answer")));
}

std::int64_t Database::changes_count() const {
  return sqlite3_changes64(connection_);
}

std::int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(connection_);
}

absl::Status Database::ToStatus(int result, absl::string_view action) const {
  return SqliteStatus(result, connection_, name_, action);
}

absl::Status Database::Broken() const {
  return absl::UnknownError(absl::StrCat(
      name_, ": the disk failed earlier, what it holds is unknown: exit, reopen and reconcile"));
}

}  // namespace dims

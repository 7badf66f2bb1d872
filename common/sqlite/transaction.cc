// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/transaction.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace dims {

absl::StatusOr<Transaction> Transaction::Begin(Database& database) {
  RETURN_IF_ERROR(database.Begin("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->RollBack();
}

absl::Status Transaction::Commit() {
  DIMS_CHECK(database_ != nullptr);
  Database& database = *std::exchange(database_, nullptr);
  database.in_transaction_ = false;
  if (database.broken_) {
    database.RollBack();
    return database.Broken();
  }
  sqlite3* connection = database.connection_;
  if (sqlite3_get_autocommit(connection) != 0) {
    return absl::AbortedError(
        absl::StrCat(database.name_, ": commit: an earlier error had rolled it back"));
  }
  const int result = sqlite3_exec(connection, "COMMIT", nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) {
    const int due = database.checkpoint_due_pages_;
    if (due <= 0 || database.wal_pages_ <= due) return absl::OkStatus();
    // The commit stands whatever becomes of the checkpoint; a failing disk breaks the connection
    // for the next one.
    database.Checkpoint().IgnoreError();
    return absl::OkStatus();
  }
  const absl::Status status = database.ToStatus(result, "commit");
  database.RollBack();
  if ((result & 0xff) == SQLITE_FULL) return status;
  database.broken_ = true;
  return absl::UnknownError(absl::StrCat(status.message(), "; outcome unknown"));
}

absl::StatusOr<ReadSnapshot> ReadSnapshot::Begin(Database& database) {
  RETURN_IF_ERROR(database.Begin("BEGIN"));
  return ReadSnapshot(database);
}

ReadSnapshot::ReadSnapshot(ReadSnapshot&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

ReadSnapshot::~ReadSnapshot() {
  if (database_ != nullptr) database_->RollBack();
}

}  // namespace dims

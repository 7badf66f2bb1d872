// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sqlite/database.h"

namespace dims {

// BEGIN IMMEDIATE now; rolled back at the end of its scope unless committed. One at a time per
// Database.
//
// Commit: OK = durable (with Synchronous::kFull). ResourceExhausted = the volume is full and
// nothing was written: in WAL mode the frame that commits is the last one written, so a write that
// found no room came before it. Any other failure is Unknown: the transaction may or may not be
// there after a restart; the Database is broken from then on and must be reopened. Thread: the
// Database's.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  absl::Status Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;  // null: committed, rolled back or moved from
};

// Many reads of one moment. Ends with its scope. Keep it short: it holds the WAL back.
class ReadSnapshot {
 public:
  static absl::StatusOr<ReadSnapshot> Begin(Database& database);
  ReadSnapshot(ReadSnapshot&& other) noexcept;
  ReadSnapshot& operator=(ReadSnapshot&&) = delete;
  ~ReadSnapshot();

 private:
  explicit ReadSnapshot(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace dims

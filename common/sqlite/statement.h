// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3_stmt;

namespace dims {

class Database;

// One prepared statement, leased from its Database's cache and given back, reset and unbound, at
// the end of its life.
//
//   ASSIGN_OR_RETURN(Statement read, database.Prepare("SELECT payload FROM batch WHERE sequence =
//   ?1")); read.BindInt64(1, sequence); ASSIGN_OR_RETURN(const bool found, read.Step()); if (found)
//   payload = read.Blob(0);
//
// Parameters count from 1, columns from 0. A bind that fails is reported by the next Step.
// Thread: the Database's. Must not outlive its Database. An open read pins the WAL: keep it short.
class Statement {
 public:
  Statement(Statement&& other) noexcept
      : database_(other.database_),
        statement_(std::exchange(other.statement_, nullptr)),
        sql_(std::move(other.sql_)),
        bind_result_(other.bind_result_) {}

  Statement& operator=(Statement&&) = delete;
  ~Statement();

  void BindInt64(int parameter, std::int64_t value);

  // Kept as the signed number of the same bits; Uint64 gives it back. Order in SQL holds only below
  // 2^63.
  void BindUint64(int parameter, std::uint64_t value);
  void BindDouble(int parameter, double value);
  void BindText(int parameter, absl::string_view value);
  void BindBlob(int parameter, absl::string_view value);

  // No copy is made: `value` must stay until the statement was stepped to its end, reset or
  // destroyed.
  void BindBlobView(int parameter, absl::string_view value);
  void BindNull(int parameter);

  // True: a row is there. False: done, and the statement is reset for the next bind and step.
  absl::StatusOr<bool> Step();

  // Steps a statement that gives no rows to its end.
  absl::Status Run();

  // Ends a read before its last row. Bindings stay.
  void Reset();

  // Columns of the current row. Text and Blob are views that the next Step or Reset ends.
  std::int64_t Int64(int column) const;
  std::uint64_t Uint64(int column) const;
  double Double(int column) const;
  absl::string_view Text(int column) const;
  absl::string_view Blob(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Database;

  Statement(Database& database, sqlite3_stmt* statement, std::string sql)
      : database_(&database), statement_(statement), sql_(std::move(sql)) {}

  void Note(int bind_result);

  Database* database_;
  sqlite3_stmt* statement_;
  std::string sql_;
  int bind_result_ = 0;
};

}  // namespace dims

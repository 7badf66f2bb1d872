// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/statement.h"

#include <sqlite3.h>

#include <bit>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/sqlite/database.h"

namespace dims {

Statement::~Statement() {
  if (statement_ != nullptr) database_->GiveBack(std::move(sql_), statement_);
}

void Statement::Note(int bind_result) {
  if (bind_result != SQLITE_OK && bind_result_ == SQLITE_OK) bind_result_ = bind_result;
}

void Statement::BindInt64(int parameter, std::int64_t value) {
  Note(sqlite3_bind_int64(statement_, parameter, value));
}

void Statement::BindUint64(int parameter, std::uint64_t value) {
  Note(sqlite3_bind_int64(statement_, parameter, std::bit_cast<std::int64_t>(value)));
}

void Statement::BindDouble(int parameter, double value) {
  Note(sqlite3_bind_double(statement_, parameter, value));
}

void Statement::BindText(int parameter, absl::string_view value) {
  Note(sqlite3_bind_text64(statement_, parameter, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::BindBlob(int parameter, absl::string_view value) {
  // An empty view may have no address, and a null address would bind NULL instead of an empty blob.
  Note(sqlite3_bind_blob64(statement_, parameter, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_TRANSIENT));
}

void Statement::BindBlobView(int parameter, absl::string_view value) {
  Note(sqlite3_bind_blob64(statement_, parameter, value.empty() ? "" : value.data(), value.size(),
                           SQLITE_STATIC));
}

void Statement::BindNull(int parameter) {
  Note(sqlite3_bind_null(statement_, parameter));
}

absl::StatusOr<bool> Statement::Step() {
  int result = std::exchange(bind_result_, SQLITE_OK);
  if (result == SQLITE_OK) result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  database_->NoteOutsideTransaction(result);
  const absl::Status status = database_->ToStatus(result, sql_);
  sqlite3_reset(statement_);
  if (!status.ok()) return status;
  return false;
}

absl::Status Statement::Run() {
  while (true) {
    absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::Int64(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Statement::Uint64(int column) const {
  return std::bit_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

double Statement::Double(int column) const {
  return sqlite3_column_double(statement_, column);
}

absl::string_view Statement::Text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {static_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

absl::string_view Statement::Blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/error.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace dims {

absl::StatusCode SqliteStatusCode(int result) {
  switch (result) {  // the extended codes that ask for another act than their family
    case SQLITE_IOERR_CORRUPTFS:
      return absl::StatusCode::kDataLoss;
    case SQLITE_IOERR_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return absl::StatusCode::kAlreadyExists;
    default:
      break;
  }
  switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return absl::StatusCode::kOk;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return absl::StatusCode::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_IOERR:
      return absl::StatusCode::kUnknown;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return absl::StatusCode::kInvalidArgument;
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
      return absl::StatusCode::kCancelled;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status SqliteStatus(int result, sqlite3* connection, absl::string_view object,
                          absl::string_view action) {
  const absl::StatusCode code = SqliteStatusCode(result);
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  const bool current = connection != nullptr && sqlite3_extended_errcode(connection) == result;
  const char* text = current ? sqlite3_errmsg(connection) : sqlite3_errstr(result);
  return absl::Status(code,
                      absl::StrCat(object, ": ", action, ": ", text, " (sqlite ", result, ")"));
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct sqlite3;

namespace dims {

// SQLite's result codes as the caller's next act:
//   ResourceExhausted  the file or its volume is full (or memory is): make room, try again
//   DataLoss           the file is damaged or is no database: set it aside
//   Unavailable        somebody else holds a lock: try again
//   Unknown            the disk failed: what was written is unknown; exit, reopen, reconcile
//   PermissionDenied, FailedPrecondition (cannot open), AlreadyExists (unique), InvalidArgument
//   (other constraints, too big), Cancelled (interrupted), Internal (our SQL or our use of it is
//   wrong)
absl::StatusCode SqliteStatusCode(int result);

// "<object>: <action>: <SQLite's message> (<symbolic code>)"; OK for SQLITE_OK, ROW and DONE.
// `connection` may be null.
absl::Status SqliteStatus(int result, sqlite3* connection, absl::string_view object,
                          absl::string_view action);

}  // namespace dims

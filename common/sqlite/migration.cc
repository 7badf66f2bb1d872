// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/migration.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/sqlite/transaction.h"

namespace dims {

absl::Status Migrate(Database& database, std::span<const absl::string_view> steps) {
  ASSIGN_OR_RETURN(const std::int64_t present, database.QueryInt64("PRAGMA user_version"));
  if (present < 0 || static_cast<std::size_t>(present) > steps.size()) {
    return absl::FailedPreconditionError(absl::StrCat(database.name(), ": schema version ", present,
                                                      " is newer than this program's ",
                                                      steps.size(), ": install the newer program"));
  }
  for (std::size_t step = static_cast<std::size_t>(present); step < steps.size(); ++step) {
    const std::string action = absl::StrCat("migrate to schema version ", step + 1);
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database), action);
    RETURN_IF_ERROR(database.Execute(steps[step]), action);
    RETURN_IF_ERROR(database.Execute(absl::StrCat("PRAGMA user_version = ", step + 1)), action);
    RETURN_IF_ERROR(transaction.Commit(), action);
  }
  return absl::OkStatus();
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/alert_rows.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "server/store/commit/live_database.h"

namespace dims {
namespace {

std::vector<std::string> LinesOf(absl::string_view text) {
  if (text.empty()) return {};
  return absl::StrSplit(text, '\n');
}

// What is none of ours hides most.
Tlp LabelOf(std::int64_t stored) {
  return stored >= 0 && stored < static_cast<std::int64_t>(kTlpNames.size())
             ? static_cast<Tlp>(stored)
             : Tlp::kRed;
}

}  // namespace

absl::StatusOr<std::vector<Alert>> AlertsOf(Statement& rows) {
  std::vector<Alert> out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return out;
    out.push_back({rows.Int64(0), rows.Int64(1), std::string(rows.Text(2)),
                   std::string(rows.Text(3)), rows.Int64(4), std::string(rows.Text(5)),
                   LinesOf(rows.Text(6)), LinesOf(rows.Text(7)), LabelOf(rows.Int64(8))});
  }
}

absl::StatusOr<std::vector<Alert>> LiveDatabase::RaiseNow(std::vector<Alert> alerts) {
  std::vector<Alert> fresh;
  if (alerts.empty()) return fresh;
  RETURN_IF_ERROR(Begin());
  for (Alert& alert : alerts) {
    const absl::StatusOr<bool> is_new = Raise(alert);
    if (!is_new.ok()) {
      Abandon();
      return is_new.status();
    }
    if (*is_new) fresh.push_back(std::move(alert));
  }
  RETURN_IF_ERROR(Commit());
  return fresh;
}

absl::StatusOr<std::vector<Alert>> LiveDatabase::Unnotified(std::size_t alerts_max) {
  ASSIGN_OR_RETURN(Statement read, database_->Prepare(absl::StrCat("SELECT ", kAlertColumns,
                                                                   " FROM alert WHERE notified = 0 "
                                                                   "ORDER BY id LIMIT ?1")));
  read.BindInt64(1, static_cast<std::int64_t>(alerts_max));
  return AlertsOf(read);
}

absl::Status LiveDatabase::MarkNotified(std::span<const std::int64_t> ids) {
  DIMS_CHECK(!transaction_);
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  for (const std::int64_t id : ids) {
    ASSIGN_OR_RETURN(Statement mark,
                     database_->Prepare("UPDATE alert SET notified = 1 WHERE id = ?1"));
    mark.BindInt64(1, id);
    RETURN_IF_ERROR(mark.Run(), "live.db: alert");
  }
  return transaction.Commit();
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/recovery_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "server/store/day.h"

namespace dims {
namespace {

constexpr char kRule[] = "store_block_missing";

absl::Status ReportMissing(const LedgerRow& row, LiveDatabase& live, std::int64_t now_ns) {
  const std::string what =
      absl::StrCat("block ", row.block, " (", row.rows, " events) is missing or damaged");
  RETURN_IF_ERROR(live.Begin());
  Alert alert{0, now_ns, kRule, row.block, 0, what, {}, {}};
  const auto is_new = live.Raise(alert);
  if (!is_new.ok() || !*is_new) {
    live.Abandon();
    return is_new.status();
  }
  CommitGroup group;
  Gap gap;
  gap.from_ns = DayEnd(row.day - 1);
  gap.to_ns = DayEnd(row.day) - 1;
  gap.count = row.rows;
  gap.reason = what;
  group.new_gaps.push_back(std::move(gap));
  if (const auto written = live.Write(group); !written.ok()) {
    live.Abandon();
    return written.status();
  }
  return live.Commit();
}

}  // namespace

absl::Status ReportRecovery(const StoreRecovery& recovery, LiveDatabase& live, const Clock& clock) {
  const std::int64_t now_ns = absl::ToUnixNanos(clock.Now());
  for (const LedgerRow& row : recovery.missing) {
    RETURN_IF_ERROR(ReportMissing(row, live, now_ns), "live.db: report a missing block");
  }
  return absl::OkStatus();
}

}  // namespace dims

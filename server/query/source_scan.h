// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/event/event_batch.h"
#include "server/query/aggregation.h"
#include "server/query/query_columns.h"
#include "server/query/query_plan.h"
#include "server/store/manifest.h"

namespace dims {

// What one source gives to an answer, and what it cost.
struct ScanResult {
  EventBatch rows;  // at most plan.rows_wanted, the first of the order; none when there are groups
  std::uint64_t rows_matched = 0;
  std::uint64_t bytes_read = 0;
  std::size_t groups_bytes = 0;  // of memory, of all that is in the groups now
};

// False when nothing of the source can be in the answer: other sites only, or outside the range.
bool MayHoldRows(const QueryPlan& plan, const ManifestSource& source);

// Time, visibility and filters, then the columns of the rows that match; where the plan aggregates,
// these rows go into `groups` instead. Thread: any, one a source. Errors: DataLoss (the source is
// damaged, nothing of it is in `groups`), ResourceExhausted (more than `memory_bytes_max`), and
// what `may_go_on` says (nothing of the source is in `groups` then either).
absl::StatusOr<ScanResult> ScanSource(const QueryPlan& plan, const ManifestSource& source,
                                      std::size_t memory_bytes_max, Aggregation* groups,
                                      QueryColumns::MayGoOn may_go_on = nullptr);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/matching_rows.h"

#include "common/event/batch_source.h"
#include "common/filter/evaluate.h"

namespace dims {

RowBitmap MatchingRows(const std::shared_ptr<const EventBatch>& batch, const FilterNode& filter) {
  BatchSource source(batch);
  absl::StatusOr<RowBitmap> rows = EvaluateFilter(filter, source);
  return rows.ok() ? *std::move(rows) : RowBitmap(batch->rows(), true);
}

}  // namespace dims

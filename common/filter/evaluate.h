// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column_source.h"
#include "common/event/event_batch.h"
#include "common/filter/filter_node.h"

namespace dims {

// The columns a test of `field` looks at, out of those a source has: every type of that name; for a
// group all of its fields, for "ip" every address column; for the empty name every text, keyword
// and address column but the internal ones and event.id.
std::vector<ColumnId> BindField(absl::string_view field, const std::vector<ColumnId>& columns);

// The rows of `source` that match. NOT is the complement: a row without the field matches
// NOT field:value. Errors are those of the source.
absl::StatusOr<RowBitmap> EvaluateFilter(const FilterNode& filter, ColumnSource& source);

// A batch as a source, for filters over rows in memory. The batch must outlive it, and what Load
// gives must not outlive the batch.
class BatchSource final : public ColumnSource {
 public:
  explicit BatchSource(const EventBatch& batch);

  std::uint32_t rows() const override { return batch_.rows(); }

  const std::vector<ColumnId>& columns() const override { return ids_; }

  absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) override;

 private:
  const EventBatch& batch_;
  std::vector<ColumnId> ids_;
};

}  // namespace dims

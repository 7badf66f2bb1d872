// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/event/column_source.h"
#include "common/event/event_batch.h"

namespace dims {

// A batch in memory as a ColumnSource. Shares the batch; loading copies nothing. Thread: one.
class BatchSource final : public ColumnSource {
 public:
  explicit BatchSource(std::shared_ptr<const EventBatch> batch) : batch_(std::move(batch)) {
    for (const Column& column : batch_->columns()) {
      columns_.push_back(ColumnId{column.name(), column.type()});
    }
  }

  std::uint32_t rows() const override { return batch_->rows(); }

  const std::vector<ColumnId>& columns() const override { return columns_; }

  absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) override {
    const Column* column = batch_->Find(id.name, id.type);
    if (column == nullptr) return absl::NotFoundError("no column " + id.name);
    return std::shared_ptr<const Column>(batch_, column);
  }

 private:
  std::shared_ptr<const EventBatch> batch_;
  std::vector<ColumnId> columns_;
};

}  // namespace dims

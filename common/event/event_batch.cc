// SPDX-License-Identifier: Apache-2.0
#include "common/event/event_batch.h"

#include "common/base/check.h"

namespace dims {

const Column* EventBatch::Find(absl::string_view name, ColumnType type) const {
  for (const Column& column : columns_) {
    if (column.type() == type && column.name() == name) return &column;
  }
  return nullptr;
}

const Column* EventBatch::Find(absl::string_view name) const {
  for (const Column& column : columns_) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

void EventBatch::Put(Column column) {
  DIMS_CHECK(column.rows() == rows_);
  for (Column& existing : columns_) {
    if (existing.type() == column.type() && existing.name() == column.name()) {
      existing = std::move(column);
      return;
    }
  }
  columns_.push_back(std::move(column));
}

void EventBatch::Remove(absl::string_view name) {
  std::erase_if(columns_, [&](const Column& column) { return column.name() == name; });
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/column_source.h"
#include "common/event/event_batch.h"
#include "common/filter/query.h"

namespace dims {

// A table in memory and how it is shown.
struct QueryTable {
  EventBatch rows;
  std::vector<std::string> column_order;  // empty: by name
};

// The columns that `names` stand for, each once: a group is replaced by those of its fields that
// are among `columns`.
std::vector<std::string> ColumnOrderOf(const std::vector<std::string>& names,
                                       const std::vector<ColumnId>& columns);

// One pipe on a table. ResourceExhausted: more than `memory_bytes_max`.
absl::StatusOr<QueryTable> ApplyPipe(const Pipe& pipe, QueryTable table,
                                     std::size_t memory_bytes_max);

}  // namespace dims

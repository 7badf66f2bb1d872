// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/predicate.h"
#include "common/event/row_bitmap.h"

namespace dims {

struct ColumnId {
  std::string name;
  ColumnType type = ColumnType::kKeyword;

  friend auto operator<=>(const ColumnId&, const ColumnId&) = default;
};

// Where a filter finds its columns: a batch, an open chunk or a sealed block, whose columns are
// loaded when asked for. What the query language and everything above it see of storage.
//
// Thread: one thread at a time. Errors: DataLoss when a stored column does not verify; the source
// is then skipped and named in the answer.
class ColumnSource {
 public:
  virtual ~ColumnSource() = default;

  virtual std::uint32_t rows() const = 0;

  // Every column there is, without loading one.
  virtual const std::vector<ColumnId>& columns() const = 0;

  // The column, loaded whole. NotFound when there is none. The result outlives the source.
  virtual absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) = 0;

  // The rows of `id` that `predicate` matches. Implementations may decide on compressed forms
  // (templates, filters, min/max); the answer is always that of EvaluatePredicate on the loaded
  // column. The default does just that.
  virtual absl::StatusOr<RowBitmap> Match(const ColumnId& id, const Predicate& predicate);
};

}  // namespace dims

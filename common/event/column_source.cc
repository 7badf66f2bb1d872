// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_source.h"

#include "common/base/status_macros.h"
#include "common/event/gather_rows.h"

namespace dims {

absl::StatusOr<RowBitmap> ColumnSource::Match(const ColumnId& id, const Predicate& predicate) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, Load(id));
  return EvaluatePredicate(predicate, *column);
}

absl::StatusOr<std::shared_ptr<const Column>> ColumnSource::LoadRows(const ColumnId& id,
                                                                     const RowBitmap&) {
  return Load(id);
}

absl::StatusOr<std::shared_ptr<const Column>> ColumnSource::TakeRows(
    const ColumnId& id, std::span<const std::uint32_t> rows) {
  RowBitmap wanted(this->rows());
  for (const std::uint32_t row : rows) wanted.Set(row);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, LoadRows(id, wanted));
  return std::make_shared<const Column>(GatherColumn(*column, rows));
}

absl::StatusOr<std::optional<ValueCounts>> ColumnSource::CountValues(const ColumnId&) {
  return std::nullopt;
}

std::optional<ColumnBounds> ColumnSource::BoundsOf(const ColumnId&) {
  return std::nullopt;
}

}  // namespace dims

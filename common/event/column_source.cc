// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_source.h"

#include "common/base/status_macros.h"

namespace dims {

absl::StatusOr<RowBitmap> ColumnSource::Match(const ColumnId& id, const Predicate& predicate) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, Load(id));
  return EvaluatePredicate(predicate, *column);
}

absl::StatusOr<std::shared_ptr<const Column>> ColumnSource::LoadRows(const ColumnId& id,
                                                                     const RowBitmap&) {
  return Load(id);
}

absl::StatusOr<std::optional<ValueCounts>> ColumnSource::CountValues(const ColumnId&) {
  return std::nullopt;
}

std::optional<ColumnBounds> ColumnSource::BoundsOf(const ColumnId&) {
  return std::nullopt;
}

}  // namespace dims

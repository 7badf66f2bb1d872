// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

// The distinct values of a column, each one row of `values`, and how many rows have each. For
// lists: the distinct lists.
struct ValueCounts {
  std::shared_ptr<const Column> values;
  std::vector<std::uint32_t> counts;
};

// The smallest and the largest value of an integer or time column.
struct ColumnBounds {
  std::int64_t min = 0;
  std::int64_t max = 0;
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

  // The column with the values of `rows`; whether others are there too is left open. For answers
  // that need a few rows of a large column. The default loads it whole.
  virtual absl::StatusOr<std::shared_ptr<const Column>> LoadRows(const ColumnId& id,
                                                                 const RowBitmap& rows);

  // The values of `rows` (ascending) alone, as a column of rows.size() rows. For answers that need
  // a few rows of all columns. The default gathers them from LoadRows.
  virtual absl::StatusOr<std::shared_ptr<const Column>> TakeRows(
      const ColumnId& id, std::span<const std::uint32_t> rows);

  // How many rows have each value, where that is known without reading the rows; else nothing.
  virtual absl::StatusOr<std::optional<ValueCounts>> CountValues(const ColumnId& id);

  // Known bounds of an integer or time column with at least one value; else nothing.
  virtual std::optional<ColumnBounds> BoundsOf(const ColumnId& id);
};

}  // namespace dims

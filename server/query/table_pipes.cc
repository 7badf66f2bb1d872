// SPDX-License-Identifier: Apache-2.0
#include "server/query/table_pipes.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/base/status_macros.h"
#include "common/event/batch_source.h"
#include "common/event/gather_rows.h"
#include "common/filter/evaluate.h"
#include "server/query/aggregation.h"
#include "server/query/group_index.h"
#include "server/query/order_rows.h"

namespace dims {
namespace {

// True when `name` is, or as a group stands for, the column.
bool Names(const std::vector<std::string>& names, const Column& column) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return !BindField(name, {ColumnId{column.name(), column.type()}}).empty();
  });
}

EventBatch ChooseColumns(const EventBatch& rows, const std::vector<std::string>& names, bool keep) {
  std::vector<Column> columns;
  for (const Column& column : rows.columns()) {
    if (Names(names, column) == keep) columns.push_back(column);
  }
  return EventBatch(rows.rows(), std::move(columns));
}

std::vector<ColumnId> IdsOf(const EventBatch& batch) {
  std::vector<ColumnId> ids;
  for (const Column& column : batch.columns()) ids.push_back({column.name(), column.type()});
  return ids;
}

// The first row of each combination of values; a list counts as a whole. Rows without one of the
// values stay.
absl::StatusOr<std::vector<std::uint32_t>> FirstOfEach(const EventBatch& rows,
                                                       const std::vector<std::string>& names) {
  BatchSource source(std::make_shared<const EventBatch>(rows));
  const RowBitmap all(rows.rows(), true);
  std::vector<FieldValues> fields;
  for (const std::string& name : names) {
    GroupKey key;
    key.field = name;
    ASSIGN_OR_RETURN(FieldValues values, FieldValues::Make(source, key, all));
    fields.push_back(std::move(values));
  }
  absl::flat_hash_set<std::vector<std::uint32_t>> seen;
  std::vector<std::uint32_t> first;
  for (std::uint32_t row = 0; row < rows.rows(); ++row) {
    std::vector<std::uint32_t> combination;
    bool absent = false;
    for (const FieldValues& field : fields) {
      const std::span<const std::uint32_t> ids = field.IdsAt(row);
      absent = absent || ids.empty();
      combination.push_back(static_cast<std::uint32_t>(ids.size()));
      combination.insert(combination.end(), ids.begin(), ids.end());
    }
    if (absent || seen.insert(std::move(combination)).second) first.push_back(row);
  }
  return first;
}

}  // namespace

std::vector<std::string> ColumnOrderOf(const std::vector<std::string>& names,
                                       const std::vector<ColumnId>& columns) {
  std::vector<std::string> order;
  const auto add = [&](const std::string& name) {
    if (std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
  };
  for (const std::string& name : names) {
    const std::vector<ColumnId> bound = BindField(name, columns);
    if (bound.empty()) add(name);
    for (const ColumnId& id : bound) add(id.name);
  }
  return order;
}

absl::StatusOr<QueryTable> ApplyPipe(const Pipe& pipe, QueryTable table,
                                     std::size_t memory_bytes_max) {
  switch (pipe.kind) {
    case Pipe::Kind::kFields: {
      EventBatch chosen = ChooseColumns(table.rows, pipe.names, true);
      std::vector<std::string> order = ColumnOrderOf(pipe.names, IdsOf(chosen));
      return QueryTable{std::move(chosen), std::move(order)};
    }
    case Pipe::Kind::kDrop: {
      std::erase_if(table.column_order, [&](const std::string& name) {
        return std::find(pipe.names.begin(), pipe.names.end(), name) != pipe.names.end();
      });
      return QueryTable{ChooseColumns(table.rows, pipe.names, false), table.column_order};
    }
    case Pipe::Kind::kHead: {
      std::vector<std::uint32_t> rows(std::min<std::uint64_t>(pipe.rows, table.rows.rows()));
      std::iota(rows.begin(), rows.end(), 0u);
      return QueryTable{GatherRows(table.rows, rows), table.column_order};
    }
    case Pipe::Kind::kSort:
      return QueryTable{GatherRows(table.rows, OrderRows(table.rows, pipe.sort, table.rows.rows())),
                        table.column_order};
    case Pipe::Kind::kWhere: {
      BatchSource source(std::make_shared<const EventBatch>(table.rows));
      ASSIGN_OR_RETURN(const RowBitmap matches, EvaluateFilter(pipe.filter, source));
      std::vector<std::uint32_t> rows;
      matches.ForEach([&](std::uint32_t row) { rows.push_back(row); });
      return QueryTable{GatherRows(table.rows, rows), table.column_order};
    }
    case Pipe::Kind::kDedup: {
      ASSIGN_OR_RETURN(const std::vector<std::uint32_t> rows, FirstOfEach(table.rows, pipe.names));
      return QueryTable{GatherRows(table.rows, rows), table.column_order};
    }
    case Pipe::Kind::kStats:
    case Pipe::Kind::kTop:
    case Pipe::Kind::kRare:
      break;
  }
  BatchSource source(std::make_shared<const EventBatch>(std::move(table.rows)));
  Aggregation aggregation(pipe);
  RETURN_IF_ERROR(aggregation.Add(source, RowBitmap(source.rows(), true), memory_bytes_max));
  return QueryTable{aggregation.Finish(), aggregation.ColumnOrder()};
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/gather_rows.h"

#include <utility>
#include <vector>

#include "common/event/column_builder.h"

namespace dims {
namespace {

// Written once for every array type of a column.
template <typename T>
std::vector<T> Gather(const std::vector<T>& values, std::span<const std::uint32_t> order) {
  std::vector<T> out;
  if (values.empty()) return out;
  out.reserve(order.size());
  for (const std::uint32_t row : order) out.push_back(values[row]);
  return out;
}

}  // namespace

Column GatherColumn(const Column& column, std::span<const std::uint32_t> order) {
  const ColumnParts& from = column.parts();
  ColumnParts to;
  to.name = from.name;
  to.type = from.type;
  to.rows = static_cast<std::uint32_t>(order.size());
  if (from.presence) {
    RowBitmap presence(to.rows);
    for (std::uint32_t row = 0; row < to.rows; ++row) {
      if (from.presence->Test(order[row])) presence.Set(row);
    }
    if (!presence.All()) to.presence = std::move(presence);
  }
  if (from.type == ColumnType::kText) {
    for (const std::uint32_t row : order) to.strings.Add(from.strings[row]);
    return Column(std::move(to));
  }
  if (from.type == ColumnType::kKeyword || from.type == ColumnType::kIp) {
    // Only the values the rows use: an answer of ten rows does not carry a block's dictionary.
    ColumnBuilder builder(from.name, from.type);
    for (std::uint32_t row = 0; row < to.rows; ++row) {
      if (!column.Has(order[row])) continue;
      if (from.type == ColumnType::kIp) {
        builder.SetIp(row, from.addresses[from.codes[order[row]]]);
      } else {
        builder.SetBytes(row, from.strings[from.codes[order[row]]]);
      }
    }
    return builder.Take(to.rows);
  }
  if (from.type == ColumnType::kKeywordList || from.type == ColumnType::kIpList) {
    ColumnBuilder builder(from.name, from.type);
    for (std::uint32_t row = 0; row < to.rows; ++row) {
      if (!column.Has(order[row])) continue;
      builder.SetEmptyList(row);
      for (const std::uint32_t element : column.ListAt(from.codes[order[row]])) {
        if (from.type == ColumnType::kIpList) {
          builder.AddIp(row, from.addresses[element]);
        } else {
          builder.AddBytes(row, from.strings[element]);
        }
      }
    }
    return builder.Take(to.rows);
  }
  to.integers = Gather(from.integers, order);
  to.doubles = Gather(from.doubles, order);
  to.bools = Gather(from.bools, order);
  return Column(std::move(to));
}

EventBatch GatherRows(const EventBatch& batch, std::span<const std::uint32_t> order) {
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) columns.push_back(GatherColumn(column, order));
  return EventBatch(static_cast<std::uint32_t>(order.size()), std::move(columns));
}

}  // namespace dims

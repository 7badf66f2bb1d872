// SPDX-License-Identifier: Apache-2.0
#include "common/event/select_rows.h"

#include <utility>

#include "common/base/check.h"

namespace dims {
namespace {

// Written once for every array type of a column.
template <typename T>
std::vector<T> Select(const std::vector<T>& values, const RowBitmap& keep, std::uint32_t kept) {
  std::vector<T> out;
  if (values.empty()) return out;
  out.reserve(kept);
  keep.ForEach([&](std::uint32_t row) { out.push_back(values[row]); });
  return out;
}

Column SelectColumn(const Column& column, const RowBitmap& keep, std::uint32_t kept) {
  const ColumnParts& from = column.parts();
  ColumnParts to;
  to.name = from.name;
  to.type = from.type;
  to.rows = kept;
  if (from.presence) {
    RowBitmap presence(kept);
    std::uint32_t next = 0;
    keep.ForEach([&](std::uint32_t row) {
      if (from.presence->Test(row)) presence.Set(next);
      ++next;
    });
    if (!presence.All()) to.presence = std::move(presence);
  }
  if (from.type == ColumnType::kText) {
    keep.ForEach([&](std::uint32_t row) { to.strings.Add(from.strings[row]); });
  } else {
    to.strings = from.strings;
  }
  to.addresses = from.addresses;
  to.list_ends = from.list_ends;
  to.list_elements = from.list_elements;
  to.codes = Select(from.codes, keep, kept);
  to.integers = Select(from.integers, keep, kept);
  to.doubles = Select(from.doubles, keep, kept);
  to.bools = Select(from.bools, keep, kept);
  return Column(std::move(to));
}

}  // namespace

EventBatch SelectRows(const EventBatch& batch, const RowBitmap& keep) {
  DIMS_CHECK(keep.size() == batch.rows());
  const std::uint32_t kept = keep.Count();
  if (kept == batch.rows()) return batch;
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) columns.push_back(SelectColumn(column, keep, kept));
  return EventBatch(kept, std::move(columns));
}

EventBatch SelectRows(EventBatch&& batch, const RowBitmap& keep) {
  if (keep.All() && keep.size() == batch.rows()) return std::move(batch);
  return SelectRows(static_cast<const EventBatch&>(batch), keep);
}

Column ConstantKeyword(absl::string_view name, std::uint32_t rows, absl::string_view value) {
  ColumnParts parts;
  parts.name = std::string(name);
  parts.type = ColumnType::kKeyword;
  parts.rows = rows;
  parts.strings.Add(value);
  parts.codes.assign(rows, 0);
  return Column(std::move(parts));
}

Column ConstantTime(absl::string_view name, std::uint32_t rows, std::int64_t nanoseconds) {
  ColumnParts parts;
  parts.name = std::string(name);
  parts.type = ColumnType::kTime;
  parts.rows = rows;
  parts.integers.assign(rows, nanoseconds);
  return Column(std::move(parts));
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/column_rows.h"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace dims {

void CopyValue(const Column& column, std::uint32_t from, std::uint32_t row, ColumnBuilder& out) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return out.SetBytes(row, column.TextAt(from));
    case ColumnType::kIp:
      return out.SetIp(row, column.addresses()[column.codes()[from]]);
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return out.SetInteger(row, column.integers()[from]);
    case ColumnType::kDouble:
      return out.SetDouble(row, column.doubles()[from]);
    case ColumnType::kBool:
      return out.SetBool(row, column.bools()[from] != 0);
    case ColumnType::kKeywordList:
      out.SetEmptyList(row);
      for (const std::uint32_t element : column.ListAt(column.codes()[from])) {
        out.AddBytes(row, column.strings()[element]);
      }
      return;
    case ColumnType::kIpList:
      out.SetEmptyList(row);
      for (const std::uint32_t element : column.ListAt(column.codes()[from])) {
        out.AddIp(row, column.addresses()[element]);
      }
      return;
  }
}

Column KeepRows(const Column& column, const RowBitmap& keep) {
  DIMS_CHECK(keep.size() == column.rows());
  ColumnBuilder builder(column.name(), column.type());
  keep.ForEach([&](std::uint32_t row) {
    if (column.Has(row)) CopyValue(column, row, row, builder);
  });
  return builder.Take(column.rows());
}

EventBatch WithoutTrace(const EventBatch& batch, const RowBitmap& keep) {
  DIMS_CHECK(keep.size() == batch.rows());
  const std::uint32_t kept = keep.Count();
  std::vector<Column> columns;
  for (const Column& column : batch.columns()) {
    ColumnBuilder builder(column.name(), column.type());
    std::uint32_t next = 0;
    keep.ForEach([&](std::uint32_t row) {
      if (column.Has(row)) CopyValue(column, row, next, builder);
      ++next;
    });
    if (!builder.empty()) columns.push_back(builder.Take(kept));
  }
  return EventBatch(kept, std::move(columns));
}

std::string NumberText(const Column& column, std::uint32_t row) {
  if (column.type() == ColumnType::kDouble) {
    std::array<char, 64> digits;  // the shortest decimal of a double is shorter
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), column.doubles()[row]);
    return std::string(digits.data(), end.ptr);
  }
  if (column.type() == ColumnType::kBool) return column.bools()[row] != 0 ? "true" : "false";
  return absl::StrCat(column.integers()[row]);
}

std::vector<std::string> ValuesOf(const Column& column, std::uint32_t row) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return {std::string(column.TextAt(row))};
    case ColumnType::kIp:
      return {column.addresses()[column.codes()[row]].ToString()};
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      return {NumberText(column, row)};
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  std::vector<std::string> values;
  for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
    values.push_back(column.type() == ColumnType::kIpList ? column.addresses()[element].ToString()
                                                          : std::string(column.strings()[element]));
  }
  return values;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/row_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dims {

std::string ValueText(const Column& column, std::uint32_t row) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return std::string(column.TextAt(row));
    case ColumnType::kIp:
      return column.addresses()[column.codes()[row]].ToString();
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return absl::StrCat(column.integers()[row]);
    case ColumnType::kDouble:
      return absl::StrCat(column.doubles()[row]);
    case ColumnType::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  std::vector<std::string> elements;
  for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
    elements.push_back(column.type() == ColumnType::kIpList
                           ? column.addresses()[element].ToString()
                           : std::string(column.strings()[element]));
  }
  return absl::StrCat("[", absl::StrJoin(elements, " "), "]");
}

std::string RowText(const EventBatch& batch, std::uint32_t row) {
  std::vector<std::string> lines;
  for (const Column& column : batch.columns()) {
    if (!column.Has(row)) continue;
    lines.push_back(absl::StrCat(column.name(), ":", ColumnTypeName(column.type()), "=",
                                 ValueText(column, row)));
  }
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

}  // namespace dims

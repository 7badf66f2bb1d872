// SPDX-License-Identifier: Apache-2.0
#include "server/store/fold_columns.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"
#include "common/event/operand.h"
#include "common/event/time_text.h"

namespace dims {
namespace {

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(byte);
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      absl::StrAppend(&out, "\\u00", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    } else {
      out.push_back(byte);
    }
  }
  out.push_back('"');
  return out;
}

std::string ListJson(const Column& column, std::uint32_t code) {
  std::vector<std::string> elements;
  for (const std::uint32_t element : column.ListAt(code)) {
    elements.push_back(Quoted(column.type() == ColumnType::kIpList
                                  ? column.addresses()[element].ToString()
                                  : std::string(column.strings()[element])));
  }
  return absl::StrCat("[", absl::StrJoin(elements, ","), "]");
}

// REQUIRES: column.Has(row).
std::string ValueJson(const Column& column, std::uint32_t row) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return Quoted(column.TextAt(row));
    case ColumnType::kIp:
      return Quoted(column.addresses()[column.codes()[row]].ToString());
    case ColumnType::kInteger:
      return absl::StrCat(column.integers()[row]);
    case ColumnType::kTime:
      return Quoted(PrintTime(column.integers()[row]));
    case ColumnType::kDouble:
      return PrintDouble(column.doubles()[row]);
    case ColumnType::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return ListJson(column, column.codes()[row]);
  }
  return "null";
}

bool MustStay(const Column& column) {
  return FindCoreField(column.name()) != nullptr || column.name() == "event.stream" ||
         column.name() == "event.ordinal";
}

Column Folded(const std::vector<const Column*>& columns, std::uint32_t rows) {
  ColumnBuilder texts(kFoldedColumn, ColumnType::kText);
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::vector<std::string> members;
    for (const Column* column : columns) {
      if (!column->Has(row)) continue;
      members.push_back(absl::StrCat(Quoted(column->name()), ":", ValueJson(*column, row)));
    }
    if (!members.empty()) texts.SetBytes(row, absl::StrCat("{", absl::StrJoin(members, ","), "}"));
  }
  return texts.Take(rows);
}

}  // namespace

EventBatch FoldColumns(const EventBatch& batch, std::size_t columns_max) {
  std::vector<std::pair<std::uint32_t, const Column*>> ranked;
  for (const Column& column : batch.columns()) {
    const std::uint32_t present =
        MustStay(column) ? batch.rows() + 1
                         : (column.all_present() ? batch.rows() : column.Presence().Count());
    ranked.emplace_back(present, &column);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Column> kept;
  std::vector<const Column*> folded;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    // A folded column of an earlier fold is folded again, so that there is one.
    const bool stays = i + 1 < columns_max && ranked[i].second->name() != kFoldedColumn;
    stays ? kept.push_back(*ranked[i].second) : folded.push_back(ranked[i].second);
  }
  std::sort(folded.begin(), folded.end(),
            [](const Column* a, const Column* b) { return a->name() < b->name(); });
  kept.push_back(Folded(folded, batch.rows()));
  return EventBatch(batch.rows(), std::move(kept));
}

}  // namespace dims

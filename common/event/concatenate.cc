// SPDX-License-Identifier: Apache-2.0
#include "common/event/concatenate.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

namespace dims {
namespace {

// Grows one column over all batches. The maps hold views into the batches' pools, which outlive it.
class ColumnConcatenator {
 public:
  ColumnConcatenator(const Column& like, std::uint32_t rows) : presence_(rows) {
    parts_.name = like.name();
    parts_.type = like.type();
    parts_.rows = rows;
  }

  // Rows up to `first` of a batch without this column are absent.
  void Append(const Column& column, std::uint32_t first) {
    PadTo(first);
    Note(column, first);
    switch (column.type()) {
      case ColumnType::kKeyword:
        AppendCodes(column, MapStrings(column));
        break;
      case ColumnType::kIp:
        AppendCodes(column, MapAddresses(column));
        break;
      case ColumnType::kText:
        for (std::uint32_t row = 0; row < column.rows(); ++row)
          parts_.strings.Add(column.strings()[row]);
        break;
      case ColumnType::kInteger:
      case ColumnType::kTime:
        parts_.integers.insert(parts_.integers.end(), column.integers().begin(),
                               column.integers().end());
        break;
      case ColumnType::kDouble:
        parts_.doubles.insert(parts_.doubles.end(), column.doubles().begin(),
                              column.doubles().end());
        break;
      case ColumnType::kBool:
        parts_.bools.insert(parts_.bools.end(), column.bools().begin(), column.bools().end());
        break;
      case ColumnType::kKeywordList:
        AppendCodes(column, MapLists(column, MapStrings(column)));
        break;
      case ColumnType::kIpList:
        AppendCodes(column, MapLists(column, MapAddresses(column)));
        break;
    }
    next_ = first + column.rows();
  }

  Column Finish() {
    PadTo(parts_.rows);
    if (!presence_.All()) parts_.presence = std::move(presence_);
    return Column(std::move(parts_));
  }

 private:
  using Codes = std::vector<std::uint32_t>;
  using ElementList = absl::InlinedVector<std::uint32_t, 8>;

  void Note(const Column& column, std::uint32_t first) {
    for (std::uint32_t row = 0; row < column.rows(); ++row) {
      if (column.Has(row)) presence_.Set(first + row);
    }
  }

  void PadTo(std::uint32_t row) {
    const std::uint32_t missing = row - next_;
    if (missing == 0) return;
    switch (parts_.type) {
      case ColumnType::kText:
        for (std::uint32_t i = 0; i < missing; ++i) parts_.strings.Add("");
        break;
      case ColumnType::kInteger:
      case ColumnType::kTime:
        parts_.integers.resize(row, 0);
        break;
      case ColumnType::kDouble:
        parts_.doubles.resize(row, 0);
        break;
      case ColumnType::kBool:
        parts_.bools.resize(row, 0);
        break;
      case ColumnType::kKeyword:
      case ColumnType::kIp:
      case ColumnType::kKeywordList:
      case ColumnType::kIpList:
        parts_.codes.resize(row, 0);
        break;
    }
    next_ = row;
  }

  Codes MapStrings(const Column& column) {
    Codes codes(column.strings().size());
    for (std::uint32_t i = 0; i < codes.size(); ++i) {
      const absl::string_view value = column.strings()[i];
      const auto [found, added] = strings_.try_emplace(value, parts_.strings.size());
      if (added) parts_.strings.Add(value);
      codes[i] = found->second;
    }
    return codes;
  }

  Codes MapAddresses(const Column& column) {
    Codes codes(column.addresses().size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto [found, added] = addresses_.try_emplace(
          column.addresses()[i], static_cast<std::uint32_t>(parts_.addresses.size()));
      if (added) parts_.addresses.push_back(column.addresses()[i]);
      codes[i] = found->second;
    }
    return codes;
  }

  Codes MapLists(const Column& column, const Codes& elements) {
    Codes codes(column.dictionary_size());
    for (std::uint32_t i = 0; i < codes.size(); ++i) {
      ElementList list;
      for (const std::uint32_t element : column.ListAt(i)) list.push_back(elements[element]);
      const auto [found, added] =
          lists_.try_emplace(list, static_cast<std::uint32_t>(parts_.list_ends.size()));
      if (added) {
        parts_.list_elements.insert(parts_.list_elements.end(), list.begin(), list.end());
        parts_.list_ends.push_back(static_cast<std::uint32_t>(parts_.list_elements.size()));
      }
      codes[i] = found->second;
    }
    return codes;
  }

  void AppendCodes(const Column& column, const Codes& new_codes) {
    parts_.codes.reserve(parts_.rows);
    if (new_codes.empty()) {
      parts_.codes.insert(parts_.codes.end(), column.rows(), 0);
      return;
    }
    for (const std::uint32_t code : column.codes()) parts_.codes.push_back(new_codes[code]);
  }

  ColumnParts parts_;
  RowBitmap presence_;
  std::uint32_t next_ = 0;
  absl::flat_hash_map<absl::string_view, std::uint32_t> strings_;
  absl::flat_hash_map<IpAddress, std::uint32_t> addresses_;
  absl::flat_hash_map<ElementList, std::uint32_t> lists_;
};

}  // namespace

EventBatch Concatenate(std::span<const EventBatch* const> batches) {
  if (batches.size() == 1) return *batches.front();
  std::uint32_t rows = 0;
  for (const EventBatch* batch : batches) rows += batch->rows();
  std::vector<ColumnConcatenator> columns;
  absl::flat_hash_map<std::pair<absl::string_view, ColumnType>, std::size_t> places;
  std::uint32_t first = 0;
  for (const EventBatch* batch : batches) {
    for (const Column& column : batch->columns()) {
      const auto [place, added] =
          places.try_emplace({absl::string_view(column.name()), column.type()}, columns.size());
      if (added) columns.emplace_back(column, rows);
      columns[place->second].Append(column, first);
    }
    first += batch->rows();
  }
  std::vector<Column> finished;
  finished.reserve(columns.size());
  for (ColumnConcatenator& column : columns) finished.push_back(column.Finish());
  return EventBatch(rows, std::move(finished));
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/concatenate.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

namespace dims {
namespace {

// One column of one batch, and the row of the whole at which that batch begins.
struct Piece {
  const Column* column;
  std::uint32_t first;
};

// Makes one column of its pieces in all batches. The maps hold views into the batches' pools, which
// outlive it.
class ColumnConcatenator {
 public:
  ColumnConcatenator(std::span<const Piece> pieces, std::uint32_t rows) : presence_(rows) {
    parts_.name = pieces.front().column->name();
    parts_.type = pieces.front().column->type();
    parts_.rows = rows;
    Reserve(pieces);
    for (const Piece& piece : pieces) Append(*piece.column, piece.first);
  }

  Column Finish() {
    PadTo(parts_.rows);
    if (!presence_.All()) parts_.presence = std::move(presence_);
    return Column(std::move(parts_));
  }

 private:
  using Codes = std::vector<std::uint32_t>;
  using ElementList = absl::InlinedVector<std::uint32_t, 8>;

  // Arrays of rows are written once; growing them step by step would copy them over and over.
  void Reserve(std::span<const Piece> pieces) {
    switch (parts_.type) {
      case ColumnType::kText:
        return ReserveTexts(pieces);
      case ColumnType::kInteger:
      case ColumnType::kTime:
        return parts_.integers.reserve(parts_.rows);
      case ColumnType::kDouble:
        return parts_.doubles.reserve(parts_.rows);
      case ColumnType::kBool:
        return parts_.bools.reserve(parts_.rows);
      case ColumnType::kKeyword:
      case ColumnType::kIp:
      case ColumnType::kKeywordList:
      case ColumnType::kIpList:
        return parts_.codes.reserve(parts_.rows);
    }
  }

  void ReserveTexts(std::span<const Piece> pieces) {
    std::size_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.column->strings().bytes().size();
    parts_.strings.Reserve(parts_.rows, bytes);
  }

  // Rows up to `first` of a batch without this column are absent.
  void Append(const Column& column, std::uint32_t first) {
    PadTo(first);
    if (column.all_present()) {
      presence_.SetRange(first, column.rows());
    } else {
      presence_.OrShifted(*column.parts().presence, first);
    }
    switch (column.type()) {
      case ColumnType::kKeyword:
        AppendCodes(column, MapStrings(column));
        break;
      case ColumnType::kIp:
        AppendCodes(column, MapAddresses(column));
        break;
      case ColumnType::kText:
        parts_.strings.AddAll(column.strings());
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
      const std::span<const std::uint32_t> list = column.ListAt(i);
      codes[i] = list.size() == 1 ? CodeOfOne(elements[list[0]]) : CodeOfMany(list, elements);
    }
    return codes;
  }

  // Lists of one element are the most frequent by far, and need no hashing.
  std::uint32_t CodeOfOne(std::uint32_t element) {
    if (element >= list_of_one_.size()) list_of_one_.resize(element + 1, 0);
    std::uint32_t& code = list_of_one_[element];
    if (code == 0) code = AddList(std::span(&element, 1)) + 1;
    return code - 1;
  }

  std::uint32_t CodeOfMany(std::span<const std::uint32_t> elements_before, const Codes& elements) {
    ElementList list;
    for (const std::uint32_t element : elements_before) list.push_back(elements[element]);
    const auto [found, added] =
        lists_.try_emplace(list, static_cast<std::uint32_t>(parts_.list_ends.size()));
    if (added) AddList(list);
    return found->second;
  }

  std::uint32_t AddList(std::span<const std::uint32_t> list) {
    parts_.list_elements.insert(parts_.list_elements.end(), list.begin(), list.end());
    parts_.list_ends.push_back(static_cast<std::uint32_t>(parts_.list_elements.size()));
    return static_cast<std::uint32_t>(parts_.list_ends.size() - 1);
  }

  void AppendCodes(const Column& column, const Codes& new_codes) {
    const std::size_t begin = parts_.codes.size();
    parts_.codes.resize(begin + column.rows());
    // One value for all rows is frequent, and mostly the first one of its column.
    if (new_codes.empty() || (new_codes.size() == 1 && new_codes[0] == 0)) return;
    std::uint32_t* to = parts_.codes.data() + begin;
    for (const std::uint32_t code : column.codes()) *to++ = new_codes[code];
  }

  ColumnParts parts_;
  RowBitmap presence_;
  std::uint32_t next_ = 0;
  absl::flat_hash_map<absl::string_view, std::uint32_t> strings_;
  absl::flat_hash_map<IpAddress, std::uint32_t> addresses_;
  absl::flat_hash_map<ElementList, std::uint32_t> lists_;  // but those of one element
  Codes list_of_one_;                                      // by element: the list's code + 1
};

}  // namespace

EventBatch Concatenate(std::span<const EventBatch* const> batches) {
  if (batches.size() == 1) return *batches.front();
  std::uint32_t rows = 0;
  std::vector<std::vector<Piece>> columns;
  absl::flat_hash_map<std::pair<absl::string_view, ColumnType>, std::size_t> places;
  for (const EventBatch* batch : batches) {
    for (const Column& column : batch->columns()) {
      const auto [place, added] =
          places.try_emplace({absl::string_view(column.name()), column.type()}, columns.size());
      if (added) columns.emplace_back();
      columns[place->second].push_back({&column, rows});
    }
    rows += batch->rows();
  }
  std::vector<Column> finished;
  finished.reserve(columns.size());
  for (const std::vector<Piece>& pieces : columns)
    finished.push_back(ColumnConcatenator(pieces, rows).Finish());
  return EventBatch(rows, std::move(finished));
}

}  // namespace dims

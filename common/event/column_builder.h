// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/code_table.h"
#include "common/event/column.h"

namespace dims {

// Elements of one row's list; further ones are refused.
inline constexpr std::size_t kListElementsMax = 1024;

// One column that grows row by row; rows that are not set are absent. Values are interned as they
// come: one hash look-up each, none when the row before had the same value.
//
//   ColumnBuilder owner("source.owner", ColumnType::kKeyword);
//   owner.SetBytes(0, "harbour");
//   owner.SetBytes(7, "county");
//   Column column = owner.Take(rows);
//
// Rows come in ascending order; setting the last row again replaces its value. REQUIRES of every
// call: it fits the type, row >= the last row set. Memory of the hash table is kept by Take.
// Thread: one.
class ColumnBuilder {
 public:
  ColumnBuilder(absl::string_view name, ColumnType type) : name_(name), type_(type) {}

  const std::string& name() const { return name_; }

  ColumnType type() const { return type_; }

  void SetBytes(std::uint32_t row, absl::string_view value);  // keyword and text
  void SetIp(std::uint32_t row, const IpAddress& value);
  void SetInteger(std::uint32_t row, std::int64_t value);  // integer and time
  void SetDouble(std::uint32_t row, double value);
  void SetBool(std::uint32_t row, bool value);

  // Both list types. False: the element is there already, or the list has kListElementsMax.
  bool AddBytes(std::uint32_t row, absl::string_view value);
  bool AddIp(std::uint32_t row, const IpAddress& value);

  // A present list without elements, if `row` has none yet.
  void SetEmptyList(std::uint32_t row);

  // Only the last row that was set can be asked for, taken back, or measured.
  bool Has(std::uint32_t row) const { return last_ == row + 1; }

  // The row is absent again, and what it alone added to the dictionary is gone. REQUIRES: Has(row).
  void Forget(std::uint32_t row);

  // Length of the row's value: bytes of strings, 16 for an address, 8 for a number, 1 for a bool,
  // the sum over a list. REQUIRES: Has(row).
  std::size_t ValueBytes(std::uint32_t row) const;

  // No row has a value.
  bool empty() const { return present_count_ == 0; }

  // The column with `rows` rows; the builder is empty again. REQUIRES: rows > every row set.
  Column Take(std::uint32_t rows);

 private:
  void BeginRow(std::uint32_t row);
  bool BeginElement(std::uint32_t row);
  std::uint32_t InternBytes(absl::string_view value);
  std::uint32_t InternIp(const IpAddress& value);
  bool AddElement(std::uint32_t element);
  void CloseList();
  void PushCode(std::uint32_t row, std::uint32_t code);
  void TrimDictionary(std::uint32_t size);

  std::string name_;
  ColumnType type_;
  std::uint32_t last_ = 0;             // last row set + 1; 0: none, or it was forgotten
  std::uint32_t present_count_ = 0;    //
  std::uint32_t dictionary_mark_ = 0;  // size of the dictionary before the last row
  std::vector<std::uint64_t> presence_;
  CodeTable values_;                    // strings or addresses
  CodeTable lists_;                     // lists of element codes
  std::vector<std::uint32_t> pending_;  // the last row's list, not yet interned
  bool list_open_ = false;
  ColumnParts parts_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/column_builder.h"

namespace dims {

// One value of an event, of any type but a list: what groups, minima and orders are made of.
//
// A total order: numbers, times and bools by size, then texts (case folded, then as bytes), then
// addresses; equal values of different types by type. A value.
struct QueryValue {
  ColumnType type = ColumnType::kKeyword;  // never a list
  std::int64_t integer = 0;                // integer, time, bool
  double real = 0;
  std::string text;
  IpAddress address;

  // Different values, different bytes; for hashing and equality.
  std::string Encoded() const;

  // As it is printed in an answer.
  std::string Printed() const;

  // As a number: integer, time, double and bool; 0 for others.
  double Real() const { return type == ColumnType::kDouble ? real : static_cast<double>(integer); }

  bool IsNumber() const { return type == ColumnType::kInteger || type == ColumnType::kDouble; }
};

// Negative, zero or positive.
int CompareValues(const QueryValue& a, const QueryValue& b);

// Element `index` of the dictionary of a keyword, ip or list column (of a list: of its elements).
QueryValue DictionaryValue(const Column& column, std::uint32_t index);

// The row's values: none when absent, several for a list.
std::vector<QueryValue> ValuesAt(const Column& column, std::uint32_t row);

// `value` into a builder of its type.
void SetValue(ColumnBuilder& builder, std::uint32_t row, const QueryValue& value);

}  // namespace dims

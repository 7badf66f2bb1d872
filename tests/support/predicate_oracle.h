// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/event/column.h"
#include "common/event/predicate.h"

namespace dims {

// One value of one row, as it prints.
struct OracleValue {
  ColumnType type;  // of the element
  std::string printed;
  std::int64_t integer = 0;  // integer, time
  double real = 0;
};

// The values of a row: none when absent, several for a list.
std::vector<OracleValue> OracleValuesAt(const Column& column, std::uint32_t row);

// Does the row match? Written from docs/query_language.md, row by row and value by value, sharing
// no code with what it checks (RE2 apart). Slow on purpose.
bool OracleMatches(const Predicate& predicate, const Column& column, std::uint32_t row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/column.h"

namespace dims {

// Limits of a batch from outside, checked before a row is built (DELIVERY "Limits").
inline constexpr std::uint32_t kBatchRowsMax = 4096;
inline constexpr std::uint32_t kBatchColumnsMax = 512;
inline constexpr std::size_t kBatchRawBytesMax = 8u << 20;       // decoded arrays
inline constexpr std::size_t kBatchLogicalBytesMax = 16u << 20;  // sum of value lengths over rows
inline constexpr std::size_t kValueBytesMax = 256u << 10;        // one value
inline constexpr std::size_t kColumnNameBytesMax = 256;          // never empty

// Events stored by column: the one data structure from site to answer. A batch from an agent has at
// most kBatchRowsMax rows; the server's open chunks and blocks use the same type with up to 64k.
//
// A value; columns are immutable. Every column has `rows()` rows. (name, type) is unique; one name
// may have two types.
class EventBatch {
 public:
  EventBatch() = default;

  EventBatch(std::uint32_t rows, std::vector<Column> columns)
      : rows_(rows), columns_(std::move(columns)) {}

  std::uint32_t rows() const { return rows_; }

  const std::vector<Column>& columns() const { return columns_; }

  // Null when there is no such column.
  const Column* Find(absl::string_view name, ColumnType type) const;

  // The first column of that name, of any type.
  const Column* Find(absl::string_view name) const;

  // Adds `column`, or replaces the one of the same name and type. REQUIRES: column.rows() ==
  // rows().
  void Put(Column column);

  void Remove(absl::string_view name);

 private:
  std::uint32_t rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/column_source.h"
#include "common/filter/query.h"
#include "server/query/query_value.h"

namespace dims {

// The values of one field in the rows of a source, each distinct one once: what stats groups by and
// counts. Values of several columns of one name, and elements of lists, all belong to their row.
//
// A value after Make.
class FieldValues {
 public:
  // The values of the key's field in `rows`, mapped as the key says (bucket, network). Errors are
  // the source's.
  static absl::StatusOr<FieldValues> Make(ColumnSource& source, const GroupKey& key,
                                          const RowBitmap& rows);

  // By id.
  const std::vector<QueryValue>& values() const { return values_; }

  // The ids of the row's values, without repetition; empty when absent.
  std::span<const std::uint32_t> IdsAt(std::uint32_t row) const { return sets_[set_of_row_[row]]; }

 private:
  void AddColumn(const Column& column, const GroupKey& key, const RowBitmap& rows);
  std::uint32_t SetOfRow(const Column& column, std::uint32_t row, const GroupKey& key);
  void Join(std::uint32_t row, std::uint32_t set);
  std::vector<std::uint32_t> SetsOfDictionary(const Column& column, const GroupKey& key);
  std::optional<std::uint32_t> IdOf(QueryValue value, const GroupKey& key);
  std::uint32_t SetOf(std::vector<std::uint32_t> ids);

  std::vector<QueryValue> values_;
  std::vector<std::vector<std::uint32_t>> sets_ = {{}};  // 0: absent
  std::vector<std::uint32_t> set_of_row_;
  CodeTable value_table_;
  std::vector<std::string> encoded_;
  CodeTable set_table_;  // of sets 1 and up
};

}  // namespace dims

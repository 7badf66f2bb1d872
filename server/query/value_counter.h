// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/event/column_source.h"
#include "common/filter/query.h"
#include "server/query/query_value.h"

namespace dims {

// How many rows have each value of one field: what `top`, `rare` and `count by` with one key and
// nothing else to compute come down to. Where every row of a source counts, a sealed block's stored
// counts serve and no row is read.
//
// Thread: one. Errors of Add: the source's; nothing of the source was counted then. Limits: ask
// memory_bytes.
class ValueCounter {
 public:
  // REQUIRES: `key` outlives it.
  explicit ValueCounter(const GroupKey& key) : key_(&key) {}

  absl::Status Add(ColumnSource& source, const RowBitmap& rows);

  void Merge(ValueCounter&& other);

  struct Counted {
    QueryValue value;
    std::uint64_t rows = 0;
  };

  // The `size` values with the most rows (`most`) or the fewest, and all others with as many rows
  // as the last of these; no order. All of them when there are no more than `size`.
  std::vector<Counted> Leaders(std::uint64_t size, bool most) const;

  // Rows without a value.
  std::uint64_t absent_rows() const { return absent_rows_; }

  std::size_t memory_bytes() const;

 private:
  bool CountsByCode(const std::vector<ColumnId>& bound) const;
  absl::Status AddCodes(ColumnSource& source, const ColumnId& id, const RowBitmap& rows);
  absl::Status AddValues(ColumnSource& source, const RowBitmap& rows);
  void AddDictionary(const Column& values, const std::vector<std::uint32_t>& counts);

  const GroupKey* key_;
  absl::flat_hash_map<IpAddress, std::uint64_t> addresses_;
  absl::flat_hash_map<std::string, std::uint64_t> keywords_;
  absl::flat_hash_map<std::string, Counted> others_;  // by encoded value
  std::size_t text_bytes_ = 0;
  std::uint64_t absent_rows_ = 0;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/filter/query.h"
#include "server/query/query_value.h"

namespace dims {

// Where a row stands in time, for first() and last().
struct RowMoment {
  std::int64_t time_ns = 0;
  std::int64_t ordinal = 0;

  friend auto operator<=>(const RowMoment&, const RowMoment&) = default;
};

// One aggregate of one group as it grows. The result does not depend on the order in which values
// and parts are added (sums of doubles within rounding).
//
// Thread: one. Memory: percentiles, dc and values keep what they saw; ask memory_bytes.
class AggregateState {
 public:
  // A row without a value of the aggregate's field, or any row for count().
  void AddRow() { AddRows(1); }

  void AddRows(std::uint64_t rows) { count_ += rows; }

  // A value of the field.
  void Add(const Aggregate& aggregate, const QueryValue& value, const RowMoment& moment);

  // True when adding the same value of the same field again would change nothing.
  static bool CountsOnce(const Aggregate& aggregate) {
    return aggregate.kind == Aggregate::Kind::kDistinct ||
           aggregate.kind == Aggregate::Kind::kValues || aggregate.kind == Aggregate::Kind::kMin ||
           aggregate.kind == Aggregate::Kind::kMax;
  }

  void Merge(const Aggregate& aggregate, AggregateState&& other);

  // Empty: there was nothing to aggregate. A list for values().
  std::vector<QueryValue> Result(const Aggregate& aggregate) const;

  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  void Keep(const Aggregate& aggregate, const QueryValue& value, const RowMoment& moment);
  QueryValue Percentile(std::uint32_t percent) const;
  std::vector<QueryValue> SmallestValues(std::uint32_t size) const;

  std::uint64_t count_ = 0;
  __extension__ __int128 integer_sum_ = 0;
  double real_sum_ = 0;
  bool has_reals_ = false;
  std::optional<QueryValue> kept_;  // min, max, first, last
  RowMoment kept_at_;
  std::vector<std::int64_t> integers_;         // percentile
  std::vector<double> reals_;                  // percentile
  absl::flat_hash_set<std::string> distinct_;  // dc: encoded
  std::vector<QueryValue> distinct_values_;    // values
  std::size_t memory_bytes_ = 0;
};

}  // namespace dims

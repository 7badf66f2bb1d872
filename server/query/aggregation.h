// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "common/event/column_source.h"
#include "common/event/event_batch.h"
#include "common/filter/query.h"
#include "server/query/aggregate_state.h"
#include "server/query/group_index.h"
#include "server/query/value_counter.h"

namespace dims {

// One row counts for at most so many groups (lists times lists); beyond it the query is refused.
inline constexpr std::size_t kGroupsPerRowMax = 4096;

// stats, top and rare over any number of sources: groups are found on the distinct values of each
// source, then merged by value. Rows without a key's value form a group of their own; top and rare
// leave them out.
//
// Thread: one; parts made on several threads are merged on one. Limits: groups and what they keep
// are counted, ask memory_bytes.
class Aggregation {
 public:
  // REQUIRES: the pipe is stats, top or rare, and outlives it.
  explicit Aggregation(const Pipe& pipe);

  // Adds the rows of `source` that are set in `rows`. ResourceExhausted: too many groups for one
  // row, or more than `memory_bytes_max`; other errors are the source's, of which nothing was added
  // then.
  absl::Status Add(ColumnSource& source, const RowBitmap& rows, std::size_t memory_bytes_max);

  void Merge(Aggregation&& other);

  // One row a group: keys, then aggregates. stats: ordered by the keys; top: by count descending,
  // then keys; rare: by count ascending, then keys.
  EventBatch Finish() const;

  // The columns of Finish, as a table shows them.
  std::vector<std::string> ColumnOrder() const;

  std::size_t memory_bytes() const {
    return memory_bytes_ + (counter_ ? counter_->memory_bytes() : 0);
  }

 private:
  struct Group {
    std::vector<std::vector<QueryValue>> keys;  // none or one value each
    std::vector<AggregateState> states;
  };

  // One source while it is added.
  struct Part {
    std::vector<FieldValues> keys;
    std::vector<FieldValues> fields;    // per aggregate; empty for count()
    std::vector<std::size_t> field_of;  // per aggregate: position in fields
    std::shared_ptr<const Column> times;
    std::shared_ptr<const Column> ordinals;
  };

  absl::StatusOr<Part> Open(ColumnSource& source, const RowBitmap& rows) const;
  absl::Status AddRow(const Part& part, std::uint32_t row);
  std::uint32_t GroupOf(const Part& part, const std::vector<std::uint32_t>& ids);
  std::uint32_t FindGroup(const Part& part, const std::vector<std::uint32_t>& ids);
  void AddToGroup(const Part& part, std::uint32_t row, std::uint32_t group);
  std::size_t GroupBytes(std::size_t encoded_bytes) const;
  bool IsNew(std::size_t aggregate, std::uint32_t group, std::uint32_t id);
  std::vector<Group> CountedGroups() const;
  std::vector<std::uint32_t> OrderedGroups(const std::vector<Group>& groups) const;

  const Pipe* pipe_;
  std::vector<GroupKey> keys_;
  std::vector<Aggregate> aggregates_;
  bool skips_absent_ = false;
  bool counts_only_ = false;             // count() alone is asked for
  std::optional<ValueCounter> counter_;  // instead of groups_: one key, and rows are counted only
  std::vector<Group> groups_;
  absl::flat_hash_map<std::string, std::uint32_t> by_key_;
  absl::flat_hash_map<std::vector<std::uint32_t>, std::uint32_t> by_ids_;  // of the source at hand
  std::vector<std::uint32_t> group_of_id_;  // the same where there is one key: by value
  std::vector<absl::flat_hash_set<std::uint64_t>>
      seen_;                             // the same: values by group, per aggregate
  std::vector<std::uint32_t> last_ids_;  // of the source at hand: neighbours mostly share a group
  std::uint32_t last_group_ = 0;         // its group
  std::vector<std::uint32_t> ids_;       // scratch
  std::size_t memory_bytes_ = 0;
};

}  // namespace dims

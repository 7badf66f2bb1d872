// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/store/manifest.h"
#include "server/store/open_rows.h"
#include "server/store/seal_planner.h"

namespace dims {

// The rows of the tail in memory, day by day, each day in commit order. Small groups are put
// together as they come, so that many agents with a few rows each stay cheap to keep and to search.
//
// Knows for every commit group which of its days are not sealed yet: a group may leave the tail
// when the last of them is. Thread: the caller locks.
class OpenDays {
 public:
  // Splits `chunk` by event day. Rows of a day whose `sealed_upto` covers the chunk are in a block
  // already and are left out (at start, when the tail is read again).
  void Append(const OpenChunk& chunk,
              const absl::flat_hash_map<DayNumber, std::int64_t>& sealed_upto);

  // The oldest slices of `day` that fill at most a block, at least one. They stay where they are,
  // and are not put together with others, until Release. Empty when the day has none.
  // REQUIRES: nothing is frozen.
  std::vector<OpenSlice> Freeze(DayNumber day);

  // Commit groups that will have no open rows left after Release: what may leave the tail.
  std::vector<std::int64_t> CoveredByFrozen() const;

  // The frozen slices lie in blocks that count: they go.
  void Release();

  // The frozen slices stay open after all.
  void Thaw();

  // Every slice, by day.
  std::vector<OpenSlice> Slices() const;

  std::vector<OpenDayFigures> Figures() const;

  std::uint64_t rows() const { return rows_; }

  // Of memory, about.
  std::uint64_t bytes() const { return bytes_; }

  // Groups that had no open row when they were appended (all of it sealed, or empty): they may
  // leave the tail as well.
  const std::vector<std::int64_t>& empty_groups() const { return empty_groups_; }

  void ForgetEmptyGroups() { empty_groups_.clear(); }

 private:
  void AddSlice(OpenSlice slice);
  void Compact(std::vector<OpenSlice>& slices, std::size_t frozen);

  std::map<DayNumber, std::vector<OpenSlice>> days_;
  std::map<std::int64_t, std::uint32_t> open_days_of_group_;  // by tail id
  std::vector<std::int64_t> empty_groups_;
  std::optional<DayNumber> frozen_day_;
  std::size_t frozen_count_ = 0;  // slices of the day, from its front
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace dims

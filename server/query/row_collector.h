// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "common/event/event_batch.h"
#include "server/query/query_plan.h"

namespace dims {

// Puts the rows of all sources into one order. Sources come newest first; rows that no later source
// can come before are handed out at once, so an answer in the default order needs the memory of
// what overlaps in time, not of the whole.
//
// Thread: one. Limits: memory_bytes_max for the rows held; beyond it ResourceExhausted.
class RowCollector {
 public:
  using Sink = std::function<absl::Status(const EventBatch& rows)>;

  // `sink` gets the rows in order, at most 4,096 at a time.
  RowCollector(const QueryPlan& plan, std::size_t memory_bytes_max, Sink sink)
      : plan_(plan),
        memory_bytes_max_(memory_bytes_max),
        sink_(std::move(sink)),
        wanted_(plan.rows_wanted) {}

  absl::Status Add(EventBatch rows);

  // From here on no row is newer than `time_ns`. Errors are the sink's.
  absl::Status NothingNewerThan(std::int64_t time_ns);

  // Rows that may still come, all at most `time_ns` old, cannot change the answer.
  bool IsSettledAt(std::int64_t time_ns) const;

  // Hands out the rest.
  absl::Status Finish();

 private:
  absl::Status Compact();
  absl::Status Emit(const EventBatch& ordered, std::uint32_t from, std::uint32_t to);
  EventBatch Ordered();

  bool limited() const { return plan_.rows_wanted != kNoRowLimit; }

  std::uint64_t RowsNewerThan(std::int64_t time_ns) const;

  const QueryPlan& plan_;
  std::size_t memory_bytes_max_;
  Sink sink_;
  std::vector<EventBatch> pieces_;
  std::uint64_t rows_ = 0;  // of the pieces
  std::size_t memory_bytes_ = 0;
  std::uint64_t wanted_;  // still
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/buffer/buffer_rows.h"

namespace dims {

// Where the buffer stands; a value of one moment.
struct BufferPosition {
  Epoch epoch = 0;
  Sequence next = 1;             // the sequence the next numbered batch gets
  Sequence acked = 0;            // everything up to it is at the server
  Sequence oldest_retained = 1;  // == next when nothing of this epoch is retained
  Sequence refill_end = 0;       // last sequence that replaces one of an older epoch; 0: none
  bool numbering =
      false;  // a new epoch's retained batches are not all numbered: refill_end may still grow
  bool want_new_epoch =
      false;  // the own history is known to be incomplete: ask the server for a new epoch
};

// What waits for the server, and what never got that far.
struct Backlog {
  std::uint64_t batches = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;       // of payload
  std::int64_t oldest_ns = 0;    // of the first waiting batch's oldest row; 0: nothing waits
  std::uint64_t lost_rows = 0;   // declared as lost since the buffer was made
  std::uint64_t ring_bytes = 0;  // of payload that is acked and still kept
};

BufferPosition PositionOf(const BufferMeta& meta);

// Counts by a walk over the table.
absl::StatusOr<Backlog> CountBacklog(Database& database, const BufferMeta& meta);

// backlog.oldest_ns for what waits according to `meta`.
absl::Status FindOldest(Database& database, const BufferMeta& meta, Backlog& backlog);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/event/event_batch.h"
#include "common/event/tlp.h"
#include "common/filter/query.h"
#include "server/store/manifest.h"

namespace dims {

// What the caller may see; compiled into the plan before it runs.
struct QueryVisibility {
  std::vector<std::string> sites;  // empty: every site
  Tlp tlp_ceiling = Tlp::kClear;   // rows without dims.tlp count as AMBER
};

struct QueryRequest {
  Query query;
  TimeRange range;  // both ends inclusive
  QueryVisibility visibility;
  std::vector<std::string> sites;  // asked for; empty: all that are visible
  std::uint64_t rows_max = 0;      // in the answer; 0: no limit. Reaching it is stated
  absl::Duration deadline = absl::Minutes(5);
  std::size_t memory_bytes_max = 256u << 20;
  int threads_count = 2;
};

// What is known of an answer besides its rows. The caller adds sites missing and gaps.
struct QueryOutcome {
  bool complete = true;
  std::vector<std::string> why;  // one sentence a reason, when not complete
  std::uint64_t rows = 0;        // in the answer
  std::uint64_t rows_matched = 0;
  std::vector<std::string> damaged_blocks;  // skipped
  std::uint64_t blocks_scanned = 0;
  std::uint64_t blocks_skipped = 0;
  std::uint64_t rows_scanned = 0;
  std::uint64_t bytes_scanned = 0;
  std::vector<std::string>
      column_order;  // what a table shows, in order; empty: the printer's choice
};

// Runs one query over one manifest: each row is seen once, whatever moves meanwhile.
//
// Rows come out in the order asked for (default: @timestamp descending, then event.stream,
// event.ordinal), in batches of at most 4,096 rows with event.id made real; two runs over the same
// manifest give the same bytes. Never truncates in silence: what stops early says so in `why`.
// Thread: Run from any; uses threads_count threads of its own for blocks. `on_batch` and
// `on_progress` are called on the caller's thread; an error from on_batch ends the query with it.
// `cancelled` and the deadline, by `clock`, are looked at before each block and each column of one.
// Errors: InvalidArgument (the query asks for something a pipe cannot do), ResourceExhausted
// (memory), Cancelled.
class QueryExecutor {
 public:
  using BatchSink = std::function<absl::Status(const EventBatch& batch)>;

  struct Progress {
    std::uint64_t blocks_done = 0;
    std::uint64_t blocks_total = 0;
    std::uint64_t rows_matched = 0;
  };

  using ProgressSink = std::function<void(const Progress&)>;

  static absl::StatusOr<QueryOutcome> Run(const Manifest& manifest, const QueryRequest& request,
                                          const Clock& clock, const std::atomic<bool>& cancelled,
                                          const BatchSink& on_batch,
                                          const ProgressSink& on_progress);
};

}  // namespace dims

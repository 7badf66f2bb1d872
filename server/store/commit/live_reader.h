// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/sqlite/database.h"
#include "server/detect/alert.h"
#include "server/store/commit/commit_group.h"

namespace dims {

inline constexpr std::size_t kListedRowsMax = 10'000;

// Looks into live.db beside the commit thread, for people's questions: alerts and gaps. Its own
// read-only connection; each call is one short read. Thread: any, one call at a time.
class LiveReader {
 public:
  // `path` of live.db, which must exist; `vfs`: see DatabaseOptions.
  static absl::StatusOr<std::unique_ptr<LiveReader>> Open(const std::string& path,
                                                          const std::string& vfs = "");

  // Raised at `from_ns` or later, newest first, at most `rows_max` and kListedRowsMax.
  absl::StatusOr<std::vector<Alert>> Alerts(std::int64_t from_ns, std::size_t rows_max)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Newest first, at most kListedRowsMax.
  absl::StatusOr<std::vector<Gap>> Gaps() ABSL_LOCKS_EXCLUDED(mutex_);

  // Lost rows of `sites` (none: all) whose gap touches [from_ns, to_ns).
  absl::StatusOr<std::uint64_t> GapRows(std::int64_t from_ns, std::int64_t to_ns,
                                        const std::vector<std::string>& sites)
      ABSL_LOCKS_EXCLUDED(mutex_);

  struct Counts {
    std::int64_t alerts = 0;
    std::int64_t gaps = 0;
    std::int64_t gap_rows = 0;
    std::int64_t quarantined_batches = 0;
    std::int64_t quarantined_rows = 0;
    std::int64_t tail_groups = 0;
  };

  absl::StatusOr<Counts> Count() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit LiveReader(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Mutex mutex_;
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

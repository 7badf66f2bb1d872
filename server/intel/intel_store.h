// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/match/indicator_set.h"
#include "common/sqlite/database.h"

namespace dims {

// What became of one list.
struct IntelImport {
  std::uint64_t indicators = 0;       // the provider has now
  std::uint64_t refused = 0;          // lines
  std::vector<std::string> findings;  // the first refused lines and why
};

// The indicators of all providers (intel.db), and the set that matches events against them.
//
// Guarantees: an import replaces its provider's former list whole or not at all, after any crash
// too; a list that cannot be read leaves the former one. Whoever holds a snapshot keeps it; the
// next Snapshot is the new one. Thread: any; imports one after the other, and reading a snapshot
// never waits for one. Owns the database, whose only writer it is.
class IntelStore {
 public:
  static absl::StatusOr<std::unique_ptr<IntelStore>> Open(const std::string& path, Clock& clock,
                                                          absl::string_view vfs = "");

  // docs/intel_csv.md. InvalidArgument: the list; others: the database.
  absl::StatusOr<IntelImport> Import(absl::string_view provider, absl::string_view csv)
      ABSL_LOCKS_EXCLUDED(import_mutex_, snapshot_mutex_);

  // Never null.
  std::shared_ptr<const IndicatorSet> Snapshot() const ABSL_LOCKS_EXCLUDED(snapshot_mutex_);

 private:
  IntelStore(std::unique_ptr<Database> database, Clock& clock)
      : clock_(clock), database_(std::move(database)) {}

  absl::Status Replace(absl::string_view provider, const std::vector<Indicator>& indicators)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::Status Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_)
      ABSL_LOCKS_EXCLUDED(snapshot_mutex_);

  Clock& clock_;
  Mutex import_mutex_ ABSL_ACQUIRED_BEFORE(snapshot_mutex_);
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(import_mutex_);
  mutable Mutex snapshot_mutex_;
  std::shared_ptr<const IndicatorSet> snapshot_ ABSL_GUARDED_BY(snapshot_mutex_) =
      std::make_shared<const IndicatorSet>();
};

}  // namespace dims

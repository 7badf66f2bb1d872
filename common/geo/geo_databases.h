// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/file_change.h"
#include "common/base/mutex.h"
#include "common/geo/geo_database.h"

namespace dims {

// The databases at one moment, in the order of their paths: earlier ones are asked first.
using GeoView = std::vector<std::shared_ptr<const GeoDatabase>>;

// The configured databases, followed on disk.
//
// Guarantees: a file that is replaced is opened within one Refresh; one that cannot be is said to
// be so once for each state it is in, with the remedy, and what was open before stays in use. A
// missing file is a warning. Thread: Refresh from one; the rest any.
class GeoDatabases {
 public:
  // `directory` as for GeoDatabase::Open. Opens nothing yet.
  GeoDatabases(std::vector<std::string> paths, std::string directory);

  // Opens what is new or has changed. To be called every so often; costs a stat each file.
  void Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

  GeoView View() const ABSL_LOCKS_EXCLUDED(mutex_);

  // "GeoLite2-City of 2026-11-17", "not in use: ..." by path.
  std::vector<std::pair<std::string, std::string>> Describe() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Slot {
    std::string path;
    FileChange change;
    std::shared_ptr<const GeoDatabase> open;
    std::string trouble;  // why the file as it is now is not in use
    bool damage_told = false;
  };

  void Reopen(std::size_t n) ABSL_LOCKS_EXCLUDED(mutex_);
  void TellDamage(Slot& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string directory_;
  mutable Mutex mutex_;
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

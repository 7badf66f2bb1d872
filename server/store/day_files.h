// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "server/store/day_file.h"

namespace dims {

// The day files of one directory, one object a file. Thread: any, but WriterOf and CloseWriters:
// the sealing thread's.
class DayFiles {
 public:
  DayFiles(std::string directory, std::string vfs)
      : directory_(std::move(directory)), vfs_(std::move(vfs)) {}

  // Days that have a file now. Empty under a test's vfs, which cannot be listed.
  std::vector<DayNumber> List() const;

  // Null when a file of that day was dropped and is still being read: try again later.
  std::shared_ptr<DayFile> Of(DayNumber day) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same, for adding blocks; gives up the writer that was used longest ago when there are many.
  std::shared_ptr<DayFile> WriterOf(DayNumber day) ABSL_LOCKS_EXCLUDED(mutex_);

  // The file goes as soon as nobody reads it. REQUIRES: no block of it counts any more.
  void Drop(DayNumber day) ABSL_LOCKS_EXCLUDED(mutex_);

  std::uint64_t MeasureBytes(DayNumber day) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::string directory_;
  const std::string vfs_;
  Mutex mutex_;
  std::map<DayNumber, std::shared_ptr<DayFile>> files_ ABSL_GUARDED_BY(mutex_);
  std::map<DayNumber, std::weak_ptr<DayFile>> dropped_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<DayFile>> writers_;  // the last used at the back
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/inputs/file_system.h"
#include "common/delivery/bookmark.h"

namespace dims {

// The lines from `offset` on, up to the next part, were written at `written` or before.
struct DatedPart {
  std::uint64_t offset = 0;
  absl::Time written;
};

// What one reading of a whole log tells about it.
struct LoadScan {
  std::uint64_t size = 0;  // of its text
  std::string head;        // names logs that begin alike: "load:<32 hex digits>:"
  std::vector<DatedPart> parts;
  std::vector<Bookmark> held;  // those of `known` whose position lies in this text
};

// Reads all of `file`. A log without years that goes on over New Year has a part for each year,
// counted back from `written`. Of `known`, bookmarks of files count, whatever they were called.
// `stopped` is asked now and then; Cancelled when it says so. Thread: any.
absl::StatusOr<LoadScan> ScanLoadFile(const OpenFile& file, absl::Time written,
                                      const absl::TimeZone& zone,
                                      const std::vector<Bookmark>& known,
                                      const std::function<bool()>& stopped);

}  // namespace dims

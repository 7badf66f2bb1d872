// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/inputs/file_system.h"

namespace dims {

// An old log that is to be loaded. A value.
struct LoadFile {
  std::string path;
  FileId id;
  std::uint64_t size = 0;  // on the disk, compressed or not
  std::int64_t modified_ns = 0;
  absl::Time written;  // no line is newer: the file's time, or the end of the day its name says
};

// Which files `paths` mean (files, directories with all below them, shell patterns), oldest first,
// each once. NotFound names what matches nothing; ResourceExhausted: more than kLoadFilesMax.
inline constexpr std::size_t kLoadFilesMax = 20'000;
absl::StatusOr<std::vector<LoadFile>> ListLoadFiles(const std::vector<std::string>& paths,
                                                    const FileSystem& files, absl::Time now,
                                                    const absl::TimeZone& zone);

// The end of the day that the last part of a path names, "auth.log-20251103.gz" or
// "2025-11-03.log"; InfiniteFuture when it names none.
absl::Time EndOfNamedDay(absl::string_view path, const absl::TimeZone& zone);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/inputs/file_system.h"

namespace dims {

// The machine's files. The file system's id is statfs' f_fsid, which survives a reboot that
// renumbers devices; a file system without one is known by its device number.
//
// Opens read-only, non-blocking, without becoming a controlling terminal, and never a FIFO's writer
// end: a log path that was swapped for a FIFO or device is refused by Stat's `regular`.
// Thread: one.
class PosixFileSystem final : public FileSystem {
 public:
  std::vector<std::string> Glob(const std::string& pattern) const override;
  absl::StatusOr<FileStatus> Stat(const std::string& path) const override;
  std::vector<std::string> List(const std::string& directory) const override;
  absl::StatusOr<std::unique_ptr<OpenFile>> Open(const std::string& path) const override;
  std::string Resolve(const std::string& path) const override;

 private:
  std::uint64_t FileSystemIdOf(const std::string& path, std::uint64_t device) const;

  mutable std::map<std::uint64_t, std::uint64_t> id_of_device_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/inputs/file_system.h"

namespace dims {

// What lies beside a log: its rotated copies, and the name a file has now. A look at the file
// system that is kept for one scan, so that a directory is listed once however many logs live in
// it.
//
// Thread: one. Lives for one scan; the file system must outlive it.
class RotationDirectory {
 public:
  explicit RotationDirectory(const FileSystem& files) : files_(files) {}

  struct Sibling {
    std::string path;
    FileStatus status;
  };

  // The uncompressed regular files named like a rotation of `path`, in order of name.
  std::vector<Sibling> SiblingsOf(const std::string& path);

  // The newest modification time of any file there; 0 when there is none.
  std::int64_t NewestIn(const std::string& directory) const;

  // The path under which `id` is found in `directory` now. Lists and looks at the whole directory
  // once a scan.
  std::optional<std::string> Find(const FileId& id, const std::string& directory);

 private:
  const std::vector<std::string>& List(const std::string& directory);

  const FileSystem& files_;
  std::map<std::string, std::vector<std::string>> names_;
  std::map<std::string, std::map<FileId, std::string>> path_of_id_;
};

}  // namespace dims

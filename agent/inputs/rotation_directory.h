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
  static constexpr std::size_t kDateDirectoriesMax = 4;

  explicit RotationDirectory(const FileSystem& files) : files_(files) {}

  struct Sibling {
    std::string path;
    FileStatus status;
  };

  // The regular files named like a rotation of `path`, plain or gzip archives: those beside it, and
  // those in directories by date there or one above (the newest kDateDirectoriesMax). An archive
  // beside the file that it is made of is left out: it may not be whole yet.
  std::vector<Sibling> SiblingsOf(const std::string& path);

  // Gzip archives among what SiblingsOf gives for the log of which `path` is a rotation or which it
  // is itself, oldest first.
  std::vector<Sibling> ArchivesOf(const std::string& path);

  // The newest modification time of any file there; 0 when there is none.
  std::int64_t NewestIn(const std::string& directory) const;

  // The path under which `id` is found in `directory` now, or in a directory by date as SiblingsOf
  // knows them. Lists and looks at each directory once a scan.
  std::optional<std::string> Find(const FileId& id, const std::string& directory);

 private:
  std::optional<std::string> FindIn(const FileId& id, const std::string& directory);
  const std::vector<std::string>& List(const std::string& directory);
  void AddSiblings(const std::string& directory, const std::string& base, bool beside,
                   std::vector<Sibling>& out);
  std::vector<std::string> DateDirectoriesFor(const std::string& directory);

  const FileSystem& files_;
  std::map<std::string, std::vector<std::string>> names_;
  std::map<std::string, std::map<FileId, std::string>> path_of_id_;
};

}  // namespace dims

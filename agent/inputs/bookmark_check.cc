// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/bookmark_check.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "agent/inputs/file_tail.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_directory.h"
#include "agent/inputs/rotation_name.h"

namespace dims {

bool StillHolds(const FileSystem& files, const Bookmark& bookmark) {
  const auto* position = std::get_if<FilePosition>(&bookmark.position);
  FileId id;
  if (position == nullptr || !ParseFileSourceKey(bookmark.source, id)) return true;
  std::optional<std::string> path = position->path;
  const absl::StatusOr<FileStatus> status = files.Stat(*path);
  if (!status.ok() || status->id != id) {
    path = RotationDirectory(files).Find(id, SplitPath(position->path).first);
  }
  if (!path) return true;
  const absl::StatusOr<std::unique_ptr<OpenFile>> file = OpenText(files, *path);
  if (!file.ok()) return true;
  return FileTail::Verifies(**file, *position).value_or(true);
}

}  // namespace dims

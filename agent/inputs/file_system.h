// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

// What status and check-config say of a pattern for which Glob finds nothing.
inline constexpr char kMatchesNoFile[] = "matches no file";

// Which file, whatever it is called just now.
struct FileId {
  std::uint64_t file_system = 0;  // stable over restarts where the kernel offers it
  std::uint64_t inode = 0;

  friend auto operator<=>(const FileId&, const FileId&) = default;
};

struct FileStatus {
  FileId id;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  bool regular = false;
  bool deleted = false;  // no name is left; only open files can say so
};

// A file opened for reading; closed at the end of its life. Keeps its inode from being reused.
// Thread: one.
class OpenFile {
 public:
  virtual ~OpenFile() = default;

  virtual absl::StatusOr<FileStatus> Stat() const = 0;

  // Bytes read at `offset`, fewer than asked for at the end only; 0 at or after the end. Offsets
  // are those of the text, also where the file that Stat tells of is compressed.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const = 0;

  // The first offset >= `offset` that may hold data: a hole is jumped without reading it.
  virtual std::uint64_t NextData(std::uint64_t offset) const = 0;

  // Of a compressed file read to its end: why its text ends before it should. OK for any other.
  virtual absl::Status Ending() const { return absl::OkStatus(); }
};

// The few calls by which inputs see files. Symbolic links are followed.
//
// Thread: one. Errors: NotFound when there is no such file, PermissionDenied when it may not be
// read, Unavailable otherwise.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Paths matching a shell pattern, sorted; a pattern without wildcards matches itself if it
  // exists.
  virtual std::vector<std::string> Glob(const std::string& pattern) const = 0;

  virtual absl::StatusOr<FileStatus> Stat(const std::string& path) const = 0;

  // Names in a directory, sorted, without "." and ".."; empty when it cannot be read.
  virtual std::vector<std::string> List(const std::string& directory) const = 0;

  virtual absl::StatusOr<std::unique_ptr<OpenFile>> Open(const std::string& path) const = 0;

  // `path` without symbolic links; `path` itself when it does not exist.
  virtual std::string Resolve(const std::string& path) const = 0;
};

}  // namespace dims

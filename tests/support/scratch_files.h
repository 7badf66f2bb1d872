// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/inputs/file_system.h"

namespace dims {

// A directory of logs and what writers and log rotation do to it; made in memory or on the disk.
// Names are relative to the directory. Thread: one.
class ScratchFiles {
 public:
  virtual ~ScratchFiles() = default;

  virtual const FileSystem& files() const = 0;

  virtual std::string Path(const std::string& name) const = 0;

  // Appends, making the file if there is none.
  virtual void Append(const std::string& name, absl::string_view text) = 0;
  // Writes at an offset like a writer that does not append; a hole may open before it.
  virtual void WriteAt(const std::string& name, std::uint64_t offset, absl::string_view text) = 0;
  virtual void Truncate(const std::string& name, std::uint64_t size) = 0;
  virtual void Rename(const std::string& from, const std::string& to) = 0;
  virtual void Copy(const std::string& from, const std::string& to) = 0;
  virtual void Remove(const std::string& name) = 0;
  // A symbolic link `name`, replaced if it is there.
  virtual void Link(const std::string& name, const std::string& target) = 0;
  // Makes `name`.gz of it and removes it, as gzip(1) does, but for the time.
  virtual void Compress(const std::string& name) = 0;
  virtual bool Exists(const std::string& name) const = 0;
};

// In memory; the inode of a removed file that nobody has open is given to the next file made.
std::unique_ptr<ScratchFiles> MakeMemoryFiles();

// In a temporary directory.
std::unique_ptr<ScratchFiles> MakeDiskFiles();

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "agent/inputs/file_system.h"

namespace dims {

// The first `size` bytes of a file's text: what is appended later is not seen. Stat's size is that
// of the text, also where the file is compressed. Thread: one. Owns the file.
class FileSnapshot final : public OpenFile {
 public:
  FileSnapshot(std::unique_ptr<OpenFile> file, std::uint64_t size)
      : file_(std::move(file)), size_(size) {}

  absl::StatusOr<FileStatus> Stat() const override {
    absl::StatusOr<FileStatus> status = file_->Stat();
    if (status.ok()) status->size = size_;
    return status;
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    const std::uint64_t left = offset < size_ ? size_ - offset : 0;
    return file_->ReadAt(offset, out.first(std::min<std::uint64_t>(out.size(), left)));
  }

  std::uint64_t NextData(std::uint64_t offset) const override {
    return std::min(size_, file_->NextData(offset));
  }

 private:
  const std::unique_ptr<OpenFile> file_;
  const std::uint64_t size_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include "common/base/durable_file.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

// Blocks of 512 bytes are what the file system says it really holds for the file. One that was made
// on a larger volume and moved is cut.
bool Allocated(const std::string& path, std::uint64_t bytes) {
  struct stat found {};

  if (::stat(path.c_str(), &found) == 0 && static_cast<std::uint64_t>(found.st_size) > bytes &&
      ::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) {
    return false;
  }

  return ::stat(path.c_str(), &found) == 0 &&
         static_cast<std::uint64_t>(found.st_blocks) * 512 >= bytes;
}

}  // namespace

Ballast::Ballast(std::string path, std::uint64_t bytes, std::uint64_t free_bytes_min,
                 std::function<std::uint64_t()> volume_free)
    : path_(std::move(path)),
      bytes_(bytes),
      free_bytes_min_(free_bytes_min),
      volume_free_(std::move(volume_free)),
      held_(Allocated(path_, bytes)) {}

std::uint64_t Ballast::BytesFor(const std::string& directory) {
  std::error_code error;
  const std::filesystem::space_info volume = std::filesystem::space(directory, error);
  return error ? kBytesMax : std::min(kBytesMax, std::uint64_t{volume.capacity} / kVolumeShare);
}

std::uint64_t Ballast::FreeBytes() const {
  if (volume_free_) return volume_free_();
  std::error_code error;
  const std::filesystem::space_info volume =
      std::filesystem::space(std::filesystem::path(path_).parent_path(), error);
  return error ? std::numeric_limits<std::uint64_t>::max() : volume.available;
}

std::uint64_t Ballast::spare_bytes() const {
  const std::uint64_t free = FreeBytes();
  return held_ ? free : free - std::min(free, bytes_);
}

absl::Status Ballast::Tend() {
  const std::uint64_t free = FreeBytes();
  if (held_ && free < kReleaseBelowBytes) return GiveUp();
  if (!held_ && free >= bytes_ && free - bytes_ >= free_bytes_min_) return Take();
  return absl::OkStatus();
}

absl::Status Ballast::Take() {
  const UniqueFd fd(
      ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, kSecretFileMode));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path_);
  if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes_)); error != 0) {
    ::unlink(path_.c_str());
    return absl::ErrnoToStatus(error, path_);
  }
  held_ = true;
  return absl::OkStatus();
}

absl::Status Ballast::GiveUp() {
  if (::unlink(path_.c_str()) != 0) return absl::ErrnoToStatus(errno, path_);
  held_ = false;
  return absl::OkStatus();
}

}  // namespace dims

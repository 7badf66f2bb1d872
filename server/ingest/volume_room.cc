// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/volume_room.h"

#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

std::string Megabytes(std::uint64_t bytes) {
  return absl::StrCat(bytes / 1'000'000, ".", bytes / 100'000 % 10, " MB");
}

std::uint64_t FreeBytes(const std::string& directory) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  return error ? std::numeric_limits<std::uint64_t>::max() : space.available;
}

}  // namespace

VolumeRoom::VolumeRoom(std::string directory, std::uint64_t free_bytes_min,
                       std::function<std::uint64_t()> volume_free)
    : directory_(std::move(directory)),
      free_bytes_min_(free_bytes_min),
      volume_free_(std::move(volume_free)) {}

absl::Status VolumeRoom::Check() const {
  const std::uint64_t free = volume_free_ ? volume_free_() : FreeBytes(directory_);
  if (free >= free_bytes_min_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("disk full (", Megabytes(free),
                                                   " left on the volume, ",
                                                   Megabytes(free_bytes_min_), " are kept free)"));
}

}  // namespace dims

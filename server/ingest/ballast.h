// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace dims {

// A file of nothing that holds room on the volume of the data directory, given up when the volume
// is full: what is left then serves the audit log, which every query writes first, and the
// registry, so that operators can look and act.
//
// Guarantees: the room is really allocated while held() is true; it is given up below
// kReleaseBelowBytes of free space and taken again when that leaves `free_bytes_min` free. Errors
// are of no consequence to the caller: without a ballast the server works as long as there is room.
// Thread: Tend from one; held and spare_bytes from any. Limit: the file is `bytes` long.
class Ballast {
 public:
  static constexpr std::uint64_t kBytesMax = 16u << 20;
  static constexpr std::uint64_t kVolumeShare =
      16;  // of a small volume at most one part in so many
  static constexpr std::uint64_t kReleaseBelowBytes = 1u << 20;

  // `volume_free`: tests; empty asks the operating system.
  Ballast(std::string path, std::uint64_t bytes, std::uint64_t free_bytes_min,
          std::function<std::uint64_t()> volume_free = {});

  // What fits the volume of `directory`.
  static std::uint64_t BytesFor(const std::string& directory);

  // Looks at the volume, and gives the room up or takes it. Not OK: it could not be changed, and
  // why; it is tried again.
  absl::Status Tend();

  bool held() const { return held_; }

  // Free on the volume but for what the ballast shall take again.
  std::uint64_t spare_bytes() const;

 private:
  absl::Status Take();
  absl::Status GiveUp();
  std::uint64_t FreeBytes() const;

  const std::string path_;
  const std::uint64_t bytes_;
  const std::uint64_t free_bytes_min_;
  const std::function<std::uint64_t()> volume_free_;
  std::atomic<bool> held_;
};

}  // namespace dims

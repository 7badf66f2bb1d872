// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace dims {

// Whether the volume of the data directory has room for more events.
//
// Below `free_bytes_min` nothing is taken from agents, while what is left serves queries, the audit
// log and sealing: in a volume that is entirely full SQLite cannot even delete. A volume that
// cannot be asked counts as having room; the write itself tells then. A value; any thread.
class VolumeRoom {
 public:
  // `volume_free`: tests; empty asks the operating system.
  VolumeRoom(std::string directory, std::uint64_t free_bytes_min,
             std::function<std::uint64_t()> volume_free = {});

  // ResourceExhausted: "disk full (2.1 MB left on the volume, 268.4 MB are kept free)".
  absl::Status Check() const;

 private:
  std::string directory_;
  std::uint64_t free_bytes_min_;
  std::function<std::uint64_t()> volume_free_;
};

}  // namespace dims

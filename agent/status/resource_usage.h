// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dims {

// What this process takes of the machine. A value.
struct ResourceUsage {
  double cpu_seconds = 0;            // user and system, since the start
  std::uint64_t resident_bytes = 0;  // 0: not known
  std::uint64_t open_files = 0;      // 0: not known
};

// Of now. Thread: any.
ResourceUsage ReadResourceUsage();

}  // namespace dims

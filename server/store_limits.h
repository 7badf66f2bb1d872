// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "server/settings.h"

namespace dims {

// How large the server's files may grow.
struct StoreLimits {
  std::uint64_t live_bytes_max = 0;   // of live.db
  std::uint64_t store_bytes_max = 0;  // of day files; 0: no limit
};

// What the settings say, or else shares of a volume of `volume_bytes` (0: not known). live.db gets
// what it needs at least.
StoreLimits StoreLimitsOf(const ServerSettings& settings, std::uint64_t volume_bytes);

}  // namespace dims

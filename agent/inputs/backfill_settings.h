// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "agent/parse/line_settings.h"

namespace dims {

// How old lines are read that are loaded. Shared by all of one load; only the count changes.
struct BackfillSettings {
  LineSettings lines;
  std::int64_t oldest_ns = std::numeric_limits<std::int64_t>::min();  // what is older is not sent
  mutable std::atomic<std::uint64_t> too_old_rows = 0;                // and counted
};

}  // namespace dims

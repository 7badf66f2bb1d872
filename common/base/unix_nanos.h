// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace dims {

// Nanoseconds since 1970; 0 for a time that never was or never comes.
inline std::int64_t NanosOrZero(absl::Time time) {
  return time == absl::InfinitePast() || time == absl::InfiniteFuture() ? 0
                                                                        : absl::ToUnixNanos(time);
}

}  // namespace dims

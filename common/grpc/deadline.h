// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpc/support/time.h>

#include "absl/time/time.h"

namespace dims {

// For ClientContext::set_deadline: `timeout` from now on gRPC's own monotonic clock, so that a wall
// clock that is set does not end or prolong a call.
inline gpr_timespec DeadlineIn(absl::Duration timeout) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
}

}  // namespace dims

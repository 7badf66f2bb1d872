// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"

namespace dims {

// The only source of time in the product. Wall time is for records, monotonic time for intervals
// and deadlines; the two are never compared, except to notice that a machine was suspended or its
// clock was set.
//
// Thread: implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time. May jump either way.
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary fixed point of this process' life. Never goes back.
  virtual absl::Duration Monotonic() const = 0;
};

// The operating system's clocks (CLOCK_REALTIME and CLOCK_BOOTTIME, so that a suspended machine
// counts as waiting).
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/base/clock.h"

namespace dims {

// A clock that stands still until it is told to move. Thread: one.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(absl::Time start = absl::FromUnixSeconds(1'796'000'000)) : now_(start) {}

  absl::Time Now() const override { return now_; }

  absl::Duration Monotonic() const override { return monotonic_; }

  // Both clocks advance together.
  void Advance(absl::Duration by) {
    now_ += by;
    monotonic_ += by;
  }

  // Somebody sets the wall clock; monotonic time does not notice.
  void SetWallTime(absl::Time now) { now_ = now; }

 private:
  absl::Time now_;
  absl::Duration monotonic_ = absl::ZeroDuration();
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "common/base/random.h"

namespace dims {

// Waiting times between attempts: growing by 1.6 from `first` to `longest`, each with +/-20 %
// jitter, so that agents that lost one server do not come back in step. Reset after a success. A
// `longest` below `first` holds from the first attempt on.
// Thread: one.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration longest, Random& random)
      : first_(std::min(first, longest)), longest_(longest), next_(first_), random_(random) {}

  absl::Duration Next() {
    const absl::Duration wait = next_;
    next_ = std::min(longest_, next_ * 1.6);
    const double jitter = 0.8 + 0.4 * static_cast<double>(random_.Uint64() >> 11) * 0x1.0p-53;
    return wait * jitter;
  }

  void Reset() { next_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration longest_;
  absl::Duration next_;
  Random& random_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace dims {

// Whether something that anybody may cause, as often as he likes, is to be logged once more.
//
// Thread: one. Times are of a monotonic clock.
class OccasionalWarning {
 public:
  explicit OccasionalWarning(absl::Duration quiet) : quiet_(quiet) {}

  // False, and counted, when it was true less than `quiet` ago.
  bool Due(absl::Duration now) {
    if (now < next_) {
      ++unsaid_;
      return false;
    }
    next_ = now + quiet_;
    return true;
  }

  // " (and 12 others before)"; empty when there were none.
  std::string TakeUnsaid() {
    const std::uint64_t count = std::exchange(unsaid_, 0);
    return count > 0 ? absl::StrCat(" (and ", count, " others before)") : "";
  }

 private:
  const absl::Duration quiet_;
  absl::Duration next_ = absl::ZeroDuration();
  std::uint64_t unsaid_ = 0;
};

}  // namespace dims

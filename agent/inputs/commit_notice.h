// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace dims {

// Tells an input that what it handed over is in the buffer, so that it may say so to its sender.
// Shared by the input and by what it handed over. Thread: any.
class CommitNotice {
 public:
  void Committed() {
    MutexLock lock(mutex_);
    committed_ = true;
    changed_.NotifyAll();
  }

  // False: not within `timeout`; it may still be committed later.
  bool WaitFor(absl::Duration timeout, const Clock& clock) {
    const absl::Duration until = clock.Monotonic() + timeout;
    MutexLock lock(mutex_);
    while (!committed_) {
      const absl::Duration left = until - clock.Monotonic();
      if (left <= absl::ZeroDuration()) return false;
      changed_.WaitFor(mutex_, left);
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool committed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dims

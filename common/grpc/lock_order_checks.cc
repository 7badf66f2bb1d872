// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/lock_order_checks.h"

#include "absl/synchronization/mutex.h"

namespace dims {

void SwitchOffLockOrderChecks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace dims

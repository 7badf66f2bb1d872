// SPDX-License-Identifier: Apache-2.0
#include "common/base/service_signals.h"

#include <pthread.h>

namespace dims {

ServiceSignals::ServiceSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

ServiceSignals::Signal ServiceSignals::Wait(absl::Duration timeout) const {
  const timespec limit = absl::ToTimespec(timeout);
  switch (sigtimedwait(&signals_, nullptr, &limit)) {
    case SIGTERM:
    case SIGINT:
      return Signal::kStop;
    case SIGHUP:
      return Signal::kReload;
    default:
      return Signal::kNone;
  }
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include "absl/time/time.h"

namespace dims {

// The signals a service lives by: SIGTERM and SIGINT end it, SIGHUP reloads it, SIGPIPE is ignored.
// Blocked for every thread from construction on, so construct it in main before the first thread;
// only Wait takes them. Thread: main.
class ServiceSignals {
 public:
  enum class Signal { kStop, kReload, kNone };

  ServiceSignals();

  // The next signal, or kNone when `timeout` passed.
  Signal Wait(absl::Duration timeout) const;

 private:
  sigset_t signals_;
};

}  // namespace dims

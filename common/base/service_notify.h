// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

// Tells systemd how the service does (sd_notify, Type=notify); does nothing where nobody listens
// (NOTIFY_SOCKET unset). Thread: any. A message that cannot be sent is no error: the service works
// without.
class ServiceNotify {
 public:
  // Recovery is done and the service takes work; not "the other end was reached".
  static void Ready();

  // A reload has begun; Ready ends it.
  static void Reloading();
  static void Stopping();

  // One line for people, shown by systemctl status.
  static void Status(absl::string_view line);

  // Every worker has made progress.
  static void Watchdog();

  // More time for start or stop from now on.
  static void ExtendTimeout(absl::Duration more);
};

}  // namespace dims

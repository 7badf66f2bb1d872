// SPDX-License-Identifier: Apache-2.0
#include "common/base/service_notify.h"

#include <systemd/sd-daemon.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"

namespace dims {
namespace {

void Notify(const std::string& state) {
  sd_notify(0, state.c_str());
}

}  // namespace

void ServiceNotify::Ready() {
  Notify("READY=1");
}

void ServiceNotify::Reloading() {
  Notify("RELOADING=1");
}

void ServiceNotify::Stopping() {
  Notify("STOPPING=1");
}

void ServiceNotify::Status(absl::string_view line) {
  Notify(absl::StrCat("STATUS=", EscapeControls(line)));
}

void ServiceNotify::Watchdog() {
  Notify("WATCHDOG=1");
}

void ServiceNotify::ExtendTimeout(absl::Duration more) {
  Notify(absl::StrCat("EXTEND_TIMEOUT_USEC=", absl::ToInt64Microseconds(more)));
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/run_server.h"

#include <malloc.h>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/service_notify.h"
#include "common/base/service_signals.h"
#include "common/base/status_macros.h"
#include "server/running_server.h"

namespace dims {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kHousekeepInterval = absl::Seconds(15);

}  // namespace

absl::Status RunServer(const std::string& directory, Clock& clock, Random& random) {
  const ServiceSignals signals;
  ASSIGN_OR_RETURN(const std::unique_ptr<RunningServer> server,
                   RunningServer::Open(directory, clock, random));
  RETURN_IF_ERROR(server->Start());
  ServiceNotify::Ready();
  LogInfo("ready: ", server->StatusLine());
  absl::Duration next_housekeeping = clock.Monotonic();
  while (true) {
    if (const absl::Status failed = server->failure(); !failed.ok()) {
      // Nothing of the failed commit was answered. Exit at once: agents and server reconcile at the
      // next start.
      return Annotate(failed, "the server must start again");
    }
    server->TendBallast();
    if (clock.Monotonic() >= next_housekeeping) {
      server->Housekeep();
      malloc_trim(0);  // what a burst needed goes back to the system
      ServiceNotify::Status(server->StatusLine());
      next_housekeeping = clock.Monotonic() + kHousekeepInterval;
    }
    if (server->TakeAnswer()) ServiceNotify::Watchdog();
    if (signals.Wait(kTick) == ServiceSignals::Signal::kStop) break;
  }
  ServiceNotify::Stopping();
  server->Stop();
  LogInfo("stopped");
  return absl::OkStatus();
}

}  // namespace dims

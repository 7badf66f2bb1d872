// SPDX-License-Identifier: Apache-2.0
#include "agent/run_agent.h"

#include <malloc.h>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/service_notify.h"
#include "common/base/service_signals.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr int kArenasMax = 2;

void Reload(RunningAgent& agent) {
  ServiceNotify::Reloading();
  const absl::Status reloaded = agent.Reload();
  if (reloaded.ok()) {
    LogInfo("configuration reloaded");
  } else {
    LogError("configuration not reloaded, the old one stays: ", reloaded.message());
  }
  ServiceNotify::Ready();
}

}  // namespace

absl::Status RunAgent(const RunningAgentOptions& options, Clock& clock, Random& random) {
  // Batches are made on one thread and freed on another: with an arena a thread, each keeps room
  // for all of them.
  ::mallopt(M_ARENA_MAX, kArenasMax);
  const ServiceSignals signals;
  ASSIGN_OR_RETURN(const std::unique_ptr<RunningAgent> agent,
                   RunningAgent::Open(options, clock, random));
  agent->Start();
  ServiceNotify::Ready();
  LogInfo("started");
  while (true) {
    if (const absl::Status failed = agent->failure(); !failed.ok()) {
      return Annotate(failed, "the agent must start again");
    }
    agent->Tick();
    ServiceNotify::Status(agent->StatusLine());
    ServiceNotify::Watchdog();
    const ServiceSignals::Signal signal = signals.Wait(kTick);
    if (signal == ServiceSignals::Signal::kStop) break;
    if (signal == ServiceSignals::Signal::kReload) Reload(*agent);
  }
  ServiceNotify::Stopping();
  agent->Stop();
  LogInfo("stopped");
  return absl::OkStatus();
}

}  // namespace dims

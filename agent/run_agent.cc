// SPDX-License-Identifier: Apache-2.0
#include "agent/run_agent.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/service_notify.h"
#include "common/base/service_signals.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr int kArenasMax = 2;
constexpr absl::Duration kDiskRetry = absl::Seconds(2);
constexpr rlim_t kOpenFilesMax = 8192;

// Files that are followed and a thousand senders of syslog need more than the usual 1,024.
void AllowOpenFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kOpenFilesMax) return;
  limit.rlim_cur = std::min(limit.rlim_max, kOpenFilesMax);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

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

// Waits for a disk that cannot be used now, as a service that runs: its manager would else start
// it again for ever. False: it is to stop.
class DiskWait {
 public:
  explicit DiskWait(const ServiceSignals& signals) : signals_(signals) {}

  bool operator()(const absl::Status& why) {
    if (why.message() != told_) {
      LogError("the buffer cannot be opened, waiting for it: ", why.message());
      told_ = std::string(why.message());
    }
    ServiceNotify::Ready();
    ServiceNotify::Status(absl::StrCat("waiting for the buffer: ", why.message()));
    ServiceNotify::Watchdog();
    stopped_ = signals_.Wait(kDiskRetry) == ServiceSignals::Signal::kStop;
    return !stopped_;
  }

  bool stopped() const { return stopped_; }

 private:
  const ServiceSignals& signals_;
  std::string told_;
  bool stopped_ = false;
};

}  // namespace

absl::Status RunAgent(RunningAgentOptions options, Clock& clock, Random& random) {
  // Batches are made on one thread and freed on another: with an arena a thread, each keeps room
  // for all of them.
  ::mallopt(M_ARENA_MAX, kArenasMax);
  AllowOpenFiles();
  const ServiceSignals signals;
  DiskWait disk_wait(signals);
  options.try_again = [&disk_wait](const absl::Status& why) { return disk_wait(why); };
  absl::StatusOr<std::unique_ptr<RunningAgent>> opened = RunningAgent::Open(options, clock, random);
  if (disk_wait.stopped()) return absl::OkStatus();
  RETURN_IF_ERROR(opened.status());
  const std::unique_ptr<RunningAgent> agent = *std::move(opened);
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

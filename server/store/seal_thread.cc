// SPDX-License-Identifier: Apache-2.0
#include "server/store/seal_thread.h"

#include <utility>

namespace dims {
namespace {

// How late a closed day or the end of a full disk may be noticed without a poke.
constexpr absl::Duration kIdleWait = absl::Seconds(1);

bool PassesByItself(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

}  // namespace

SealThread::SealThread(EventStore& store, std::function<void()> written,
                       std::function<void(const absl::Status&)> failed)
    : store_(store), written_(std::move(written)), failed_(std::move(failed)) {}

SealThread::~SealThread() {
  Stop();
}

void SealThread::Start() {
  {
    MutexLock lock(mutex_);
    stopping_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void SealThread::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void SealThread::Poke() {
  {
    MutexLock lock(mutex_);
    poked_ = true;
  }
  wake_.NotifyAll();
}

void SealThread::Run() {
  while (WaitForWork()) {
    // What was written before is still not recorded: live.db had no room, or the wake went astray.
    const bool again = store_.HasUnrecorded();
    const absl::StatusOr<bool> step = store_.SealStep();
    if (again || (step.ok() && *step)) written_();
    if (step.ok()) continue;
    failed_(step.status());
    if (!PassesByItself(step.status())) return;
  }
}

bool SealThread::WaitForWork() {
  MutexLock lock(mutex_);
  while (!stopping_ && !poked_) {
    if (!wake_.WaitFor(mutex_, kIdleWait)) break;
  }
  poked_ = false;
  return !stopping_;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/forward/forward_thread.h"

#include <utility>

namespace dims {

void ForwardThread::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ForwardThread::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void ForwardThread::Post(std::function<void()> call) {
  MutexLock lock(mutex_);
  calls_.push_back(std::move(call));
  wake_.NotifyOne();
}

void ForwardThread::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  wake_.NotifyOne();
}

void ForwardThread::Run() {
  while (true) {
    std::deque<std::function<void()>> calls;
    const absl::Duration wait = next_tick_() - clock_.Monotonic();
    {
      MutexLock lock(mutex_);
      if (calls_.empty() && !woken_ && !stopping_ && wait > absl::ZeroDuration()) {
        wake_.WaitFor(mutex_, wait);
      }
      if (stopping_) return;
      woken_ = false;
      calls.swap(calls_);
    }
    for (const auto& call : calls) call();
    tick_();
  }
}

}  // namespace dims

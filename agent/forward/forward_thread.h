// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace dims {

// The one thread on which the Forwarder lives: runs posted calls in order, and `tick` whenever
// `next_tick` is due or Wake was called.
//
// Thread: Post and Wake from any; Start and Stop from main. Limit: what is posted is bounded by its
// posters (one message in flight each way).
class ForwardThread {
 public:
  ForwardThread(Clock& clock, std::function<void()> tick, std::function<absl::Duration()> next_tick)
      : clock_(clock), tick_(std::move(tick)), next_tick_(std::move(next_tick)) {}

  ~ForwardThread() { Stop(); }

  void Start();

  // Posted calls not yet run are dropped. Harmless to repeat.
  void Stop();

  void Post(std::function<void()> call);

  // Something new may be there to send.
  void Wake();

 private:
  void Run();

  Clock& clock_;
  const std::function<void()> tick_;
  const std::function<absl::Duration()> next_tick_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> calls_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims

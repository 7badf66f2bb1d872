// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "server/store/event_store.h"

namespace dims {

// Runs EventStore::SealStep on a thread of its own, whenever something may be due.
//
// `written` is called on that thread after a step that RecordSealed must follow, and again, about
// once a second, until it has: it wakes the commit thread. `failed` is called with every error of a
// step; ResourceExhausted and Unavailable are tried again by themselves, after anything else
// sealing has stopped and the process must exit and start again. Start and Stop: the owner's
// thread. Stop waits for the step that runs. The store and the two functions must outlive it.
class SealThread {
 public:
  SealThread(EventStore& store, std::function<void()> written,
             std::function<void(const absl::Status&)> failed);
  ~SealThread();
  SealThread(const SealThread&) = delete;
  SealThread& operator=(const SealThread&) = delete;

  void Start();
  void Stop();

  // Something may be due now: rows were appended, or a step was recorded. Any thread; cheap.
  void Poke();

 private:
  void Run();
  bool WaitForWork() ABSL_LOCKS_EXCLUDED(mutex_);

  EventStore& store_;
  const std::function<void()> written_;
  const std::function<void(const absl::Status&)> failed_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims

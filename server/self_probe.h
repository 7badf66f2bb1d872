// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace dims {

// How long one question of the server waits for its answer.
inline constexpr absl::Duration kProbeTimeout = absl::Seconds(5);

// Asks the server's own parts, again and again, whether they still answer, as a client would: what
// feeds the watchdog. A process whose listener is deaf or whose commit thread hangs looks healthy
// from inside; it has to be ended from outside.
//
// A round asks every question in turn; a round in which all answered counts until it is taken. Each
// question ends by itself within a time of its own. A first failure and the next answer are logged.
// Thread: its own, from Start to Stop; TakeAnswer from any.
class SelfProbe {
 public:
  struct Question {
    std::string of;  // who is asked, for the log
    std::function<absl::Status()> ask;
  };

  SelfProbe(std::vector<Question> questions, absl::Duration interval)
      : questions_(std::move(questions)), interval_(interval) {}

  ~SelfProbe() { Stop(); }

  void Start();

  // After the question being asked. Harmless to repeat.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // True once for each round in which everybody answered; rounds since the last call count as one.
  bool TakeAnswer() { return answered_.exchange(false); }

  // One round, on the caller's thread.
  void AskAll();

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::vector<Question> questions_;
  const absl::Duration interval_;
  std::atomic<bool> answered_ = false;
  bool failing_ = false;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims

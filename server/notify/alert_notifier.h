// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "server/notify/alert_sink.h"

namespace dims {

struct NotifierOptions {
  std::size_t alerts_max = 1000;  // that wait in memory; further ones wait in live.db
  absl::Duration retry_first = absl::Seconds(2);
  absl::Duration retry_longest = absl::Minutes(5);
};

// Tells alerts to every sink, in order, trying again until each has each: at least once, also over
// a restart, since an alert counts as notified only when `notified` was called with its id.
//
// Never blocks whoever adds alerts. A sink that fails holds its own alerts back, with back-off, and
// not the other sinks'. Alerts beyond alerts_max are left to live.db; once there is room again,
// `ask_again` asks for those not notified yet. Both callbacks run on the notifier's thread and must
// only post. Without sinks every alert counts as notified.
//
// Thread: Add from any; Start and Stop from main. The sinks' timeouts bound how long Stop takes.
class AlertNotifier {
 public:
  struct Callbacks {
    std::function<void(std::vector<std::int64_t> ids)> notified;
    std::function<void()> ask_again;
  };

  AlertNotifier(std::vector<std::unique_ptr<AlertSink>> sinks, Callbacks callbacks,
                const Clock& clock, Random& random, const NotifierOptions& options);
  ~AlertNotifier();

  // An alert that already waits is not added again.
  void Add(std::vector<Alert> alerts) ABSL_LOCKS_EXCLUDED(mutex_);

  void Start();
  // What could not be sent stays unnotified in live.db. Harmless to repeat.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // One round over the sinks at monotonic time `now`; how long there is nothing to do. What the
  // thread runs, and tests.
  absl::Duration Step(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
    std::uint64_t left_to_database = 0;
  };

  Counters counters() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // One sink and where it stands.
  struct Lane {
    std::unique_ptr<AlertSink> sink;
    Backoff backoff;
    absl::Duration next_try = absl::ZeroDuration();
    std::int64_t sent_count = 0;  // of the waiting alerts, from the front
    bool failing = false;
  };

  std::optional<Alert> NextFor(const Lane& lane) ABSL_LOCKS_EXCLUDED(mutex_);
  void SendOn(Lane& lane, absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Settle() ABSL_LOCKS_EXCLUDED(mutex_);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const Callbacks callbacks_;
  const Clock& clock_;
  const NotifierOptions options_;
  std::vector<Lane> lanes_;  // the notifier's thread alone
  std::thread thread_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Alert> waiting_ ABSL_GUARDED_BY(mutex_);
  bool left_some_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool added_ ABSL_GUARDED_BY(mutex_) = false;
  Counters counters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

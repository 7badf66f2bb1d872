// SPDX-License-Identifier: Apache-2.0
#include "server/notify/alert_notifier.h"

#include <algorithm>
#include <utility>

#include "common/base/log.h"

namespace dims {

AlertNotifier::AlertNotifier(std::vector<std::unique_ptr<AlertSink>> sinks, Callbacks callbacks,
                             const Clock& clock, Random& random, const NotifierOptions& options)
    : callbacks_(std::move(callbacks)), clock_(clock), options_(options) {
  for (std::unique_ptr<AlertSink>& sink : sinks)
    lanes_.push_back(
        {std::move(sink), Backoff(options_.retry_first, options_.retry_longest, random)});
}

AlertNotifier::~AlertNotifier() {
  Stop();
}

void AlertNotifier::Add(std::vector<Alert> alerts) {
  if (alerts.empty()) return;
  MutexLock lock(mutex_);
  for (Alert& alert : alerts) {
    const bool there = std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const Alert& other) { return other.id == alert.id; });
    if (there) continue;
    if (waiting_.size() >= options_.alerts_max) {
      left_some_ = true;
      ++counters_.left_to_database;
      continue;
    }
    waiting_.push_back(std::move(alert));
  }
  added_ = true;
  wake_.NotifyAll();
}

void AlertNotifier::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AlertNotifier::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void AlertNotifier::Run() {
  while (true) {
    const absl::Duration wait = Step(clock_.Monotonic());
    MutexLock lock(mutex_);
    if (!added_ && !stopping_) wake_.WaitFor(mutex_, std::min(wait, absl::Minutes(1)));
    if (stopping_) return;
    added_ = false;
  }
}

absl::Duration AlertNotifier::Step(absl::Duration now) {
  for (Lane& lane : lanes_) SendOn(lane, now);
  Settle();
  absl::Duration wait = absl::InfiniteDuration();
  for (const Lane& lane : lanes_) {
    if (NextFor(lane)) wait = std::min(wait, std::max(absl::ZeroDuration(), lane.next_try - now));
  }
  return wait;
}

std::optional<Alert> AlertNotifier::NextFor(const Lane& lane) {
  MutexLock lock(mutex_);
  const auto sent = static_cast<std::size_t>(lane.sent_count);
  if (stopping_ || sent >= waiting_.size()) return std::nullopt;
  return waiting_[sent];
}

void AlertNotifier::SendOn(Lane& lane, absl::Duration now) {
  if (lane.next_try > now) return;
  while (const std::optional<Alert> alert = NextFor(lane)) {
    const absl::Status sent = lane.sink->Send(*alert);
    MutexLock lock(mutex_);
    if (!sent.ok()) {
      ++counters_.failed;
      lane.next_try = now + lane.backoff.Next();
      // Said once; the counter goes on.
      if (!std::exchange(lane.failing, true))
        LogWarning("alerts are held back: ", sent.message(), "; it is tried again");
      return;
    }
    ++counters_.sent;
    ++lane.sent_count;
    lane.backoff.Reset();
    if (std::exchange(lane.failing, false))
      LogInfo("alerts reach the ", lane.sink->name(), " again");
  }
}

// Alerts that every sink has are done.
void AlertNotifier::Settle() {
  std::vector<std::int64_t> done;
  bool ask = false;
  {
    MutexLock lock(mutex_);
    auto everywhere = static_cast<std::int64_t>(waiting_.size());
    for (const Lane& lane : lanes_) everywhere = std::min(everywhere, lane.sent_count);
    for (std::int64_t i = 0; i < everywhere; ++i) {
      done.push_back(waiting_.front().id);
      waiting_.pop_front();
    }
    for (Lane& lane : lanes_) lane.sent_count -= everywhere;
    ask = left_some_ && waiting_.empty();
    if (ask) left_some_ = false;
  }
  if (!done.empty()) callbacks_.notified(std::move(done));
  if (ask) callbacks_.ask_again();
}

AlertNotifier::Counters AlertNotifier::counters() const {
  MutexLock lock(mutex_);
  return counters_;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace dims {

// A queue between two stages, bounded by the sum of its items' weights (bytes, rows or 1 each).
// A template because every pair of stages hands over another type; nothing else about it varies.
//
// At the bound Push waits: that is the back-pressure. One item is always admitted when the queue is
// empty, so an item heavier than the bound cannot stall it for ever. Close wakes everybody; items
// already queued can still be popped. Thread: any number of producers and consumers; one consumer
// where Gather is used.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t weight_max) : weight_max_(weight_max) {}

  // Waits for room. False when the queue is closed; `item` is then dropped.
  bool Push(T item, std::size_t weight = 1) {
    MutexLock lock(mutex_);
    while (!closed_ && !HasRoom(weight)) AwaitRoom();
    if (closed_) return false;
    Put(std::move(item), weight);
    return true;
  }

  // As Push, and a consumer that gathers goes on at once.
  bool PushUrgent(T item, std::size_t weight = 1) {
    MutexLock lock(mutex_);
    while (!closed_ && !HasRoom(weight)) AwaitRoom();
    if (closed_) return false;
    hurry_ = true;
    Put(std::move(item), weight);
    return true;
  }

  // As Push of each in turn, or PushUrgent, with one lock and one wake where there is room.
  bool PushAll(std::vector<std::pair<T, std::size_t>> items, bool urgent = false) {
    MutexLock lock(mutex_);
    for (auto& [item, weight] : items) {
      while (!closed_ && !HasRoom(weight)) AwaitRoom();
      if (closed_) return false;
      hurry_ = hurry_ || urgent;
      Put(std::move(item), weight);
    }
    return true;
  }

  // Does not wait. False when full or closed; `item` is then untouched.
  bool TryPush(T& item, std::size_t weight = 1) {
    MutexLock lock(mutex_);
    if (closed_ || !HasRoom(weight)) return false;
    Put(std::move(item), weight);
    return true;
  }

  // Waits up to `timeout` for an item. Empty on timeout, or when closed and drained.
  std::optional<T> PopFor(absl::Duration timeout) {
    MutexLock lock(mutex_);
    if (items_.empty() && !closed_) items_ready_.WaitFor(mutex_, timeout);
    return Take();
  }

  // Waits for an item. Empty only when closed and drained.
  std::optional<T> Pop() {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) items_ready_.Wait(mutex_);
    return Take();
  }

  // Waits up to `timeout` for the queue to hold something. False on timeout, or when closed and
  // drained.
  bool Await(absl::Duration timeout = absl::InfiniteDuration()) {
    MutexLock lock(mutex_);
    if (timeout == absl::InfiniteDuration()) {
      while (items_.empty() && !closed_) items_ready_.Wait(mutex_);
    } else if (items_.empty() && !closed_) {
      items_ready_.WaitFor(mutex_, timeout);
    }
    return !items_.empty();
  }

  // Lets items come together for `linger`, asleep while producers go on: until they weigh `enough`,
  // one is urgent, there is no room for another, or the queue is closed. Then takes all.
  std::vector<T> Gather(absl::Duration linger, std::size_t enough) {
    MutexLock lock(mutex_);
    wake_at_ = enough;
    if (linger > absl::ZeroDuration() && !closed_ && !hurry_ && weight_ < enough) {
      items_ready_.WaitFor(mutex_, linger);
    }
    wake_at_ = 0;
    hurry_ = false;
    return TakeAll();
  }

  // Everything queued right now, in order; never waits.
  std::vector<T> PopAll() {
    MutexLock lock(mutex_);
    return TakeAll();
  }

  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    room_.NotifyAll();
    items_ready_.NotifyAll();
  }

  bool closed() const {
    MutexLock lock(mutex_);
    return closed_;
  }

  std::size_t weight() const {
    MutexLock lock(mutex_);
    return weight_;
  }

 private:
  bool HasRoom(std::size_t weight) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return items_.empty() || weight_ + weight <= weight_max_;
  }

  void AwaitRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    hurry_ = true;
    items_ready_.NotifyOne();
    room_.Wait(mutex_);
  }

  void Put(T item, std::size_t weight) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    items_.emplace_back(std::move(item), weight);
    weight_ += weight;
    if (hurry_ || weight_ >= wake_at_) items_ready_.NotifyOne();
  }

  std::vector<T> TakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<T> out;
    out.reserve(items_.size());
    for (auto& [item, weight] : items_) out.push_back(std::move(item));
    items_.clear();
    weight_ = 0;
    room_.NotifyAll();
    return out;
  }

  std::optional<T> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> out(std::move(items_.front().first));
    weight_ -= items_.front().second;
    items_.pop_front();
    room_.NotifyAll();
    return out;
  }

  const std::size_t weight_max_;
  mutable Mutex mutex_;
  CondVar room_;
  CondVar items_ready_;
  std::deque<std::pair<T, std::size_t>> items_ ABSL_GUARDED_BY(mutex_);
  std::size_t weight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t wake_at_ ABSL_GUARDED_BY(mutex_) = 0;  // a consumer gathers: lighter, it sleeps on
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;       // it should go on at once
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dims

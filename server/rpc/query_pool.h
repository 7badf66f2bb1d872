// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "common/base/bounded_queue.h"

namespace dims {

// The threads on which queries run, apart from gRPC's. At kWaitingMax queries waiting the next is
// refused: an overload is said, not hidden. Thread: any; Stop from main.
class QueryPool {
 public:
  static constexpr std::size_t kWaitingMax = 64;

  explicit QueryPool(int threads_count) : jobs_(kWaitingMax) {
    for (int i = 0; i < threads_count; ++i) {
      threads_.emplace_back([this] {
        while (auto job = jobs_.Pop()) (*job)();
      });
    }
  }

  ~QueryPool() { Stop(); }

  // False: too many wait already, or the pool was stopped.
  bool Submit(std::function<void()> job) { return jobs_.TryPush(job); }

  // Jobs under way and waiting still end. Harmless to repeat.
  void Stop() {
    jobs_.Close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  BoundedQueue<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace dims

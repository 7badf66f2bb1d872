// SPDX-License-Identifier: Apache-2.0
#include "server/query/parallel_scan.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "server/query/query_columns.h"

namespace dims {

ParallelScan::ParallelScan(std::size_t sources_count, std::size_t threads_count, Turns turns,
                           Scan scan)
    : threads_count_(threads_count),
      turns_(turns),
      scan_(std::move(scan)),
      begun_(sources_count),
      done_(sources_count) {
  DIMS_CHECK(threads_count > 0);
  next_.push_back(0);
  if (turns == Turns::kFree) return;
  for (std::size_t thread = 1; thread < threads_count; ++thread) next_.push_back(thread);
}

ParallelScan::~ParallelScan() {
  Stop();
  for (std::thread& thread : threads_) thread.join();
}

std::optional<ParallelScan::Done> ParallelScan::Next() {
  StartThreads();
  while (true) {
    std::optional<std::size_t> taken;
    {
      MutexLock lock(mutex_);
      while (given_ < done_.size() && stopped_ && !begun_[given_]) ++given_;
      if (given_ == done_.size()) return std::nullopt;
      if (done_[given_]) {
        Done out{given_, *std::exchange(done_[given_], std::nullopt)};
        if (out.result.ok()) held_bytes_ -= MemoryBytes(out.result->rows);
        ++given_;
        changed_.NotifyAll();
        return out;
      }
      taken = Take(0);
      if (!taken) {
        changed_.Wait(mutex_);
        continue;
      }
    }
    Run(*taken, 0);
  }
}

void ParallelScan::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

void ParallelScan::StartThreads() {
  if (!threads_.empty()) return;
  std::size_t sources_count = 0;
  {
    MutexLock lock(mutex_);
    sources_count = done_.size();
  }
  for (std::size_t thread = 1; thread < std::min(threads_count_, sources_count); ++thread) {
    threads_.emplace_back([this, thread] { ScanAhead(thread); });
  }
}

void ParallelScan::ScanAhead(std::size_t thread) {
  while (true) {
    std::optional<std::size_t> taken;
    {
      MutexLock lock(mutex_);
      while (!(taken = Take(thread)) && HasTurns(thread)) changed_.Wait(mutex_);
    }
    if (!taken) return;
    Run(*taken, thread);
  }
}

bool ParallelScan::HasTurns(std::size_t thread) const {
  return !stopped_ && next_[turns_ == Turns::kFixed ? thread : 0] < done_.size();
}

std::optional<std::size_t> ParallelScan::Take(std::size_t thread) {
  if (!HasTurns(thread)) return std::nullopt;
  std::size_t& next = next_[turns_ == Turns::kFixed ? thread : 0];
  const std::size_t source = next;
  if (!MayRunAheadTo(source)) return std::nullopt;
  next += turns_ == Turns::kFixed ? threads_count_ : 1;
  begun_[source] = true;
  return source;
}

// The next one to be handed over may always be scanned, so one thread at least goes on.
bool ParallelScan::MayRunAheadTo(std::size_t source) const {
  const std::size_t ahead = source - std::min(source, given_);
  if (ahead < threads_count_) return true;
  const std::size_t ahead_max = std::min(kAheadMax, threads_count_ + given_ / 2);
  return ahead < ahead_max && held_bytes_ < kHeldBytesMax;
}

void ParallelScan::Run(std::size_t source, std::size_t thread) {
  absl::StatusOr<ScanResult> result = scan_(source, thread);
  MutexLock lock(mutex_);
  if (result.ok()) held_bytes_ += MemoryBytes(result->rows);
  done_[source] = std::move(result);
  changed_.NotifyAll();
}

}  // namespace dims

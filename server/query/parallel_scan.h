// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "server/query/source_scan.h"

namespace dims {

// Scans sources side by side and hands what each gives over in the order of the sources, so that an
// answer does not depend on which was ready first. No thread waits for another one's source: how
// far the others run ahead is bounded by what they hold.
//
// Limits: kHeldBytesMax of rows that wait to be handed over, besides one source a thread. Until
// many sources were handed over, few are scanned ahead: an answer may be settled by the first.
// Thread: one calls; threads_count - 1 further ones scan, from the first Next to the destructor.
class ParallelScan {
 public:
  static constexpr std::size_t kHeldBytesMax = 16u << 20;
  static constexpr std::size_t kAheadMax = 64;

  // How sources meet threads: whichever is free, or source i always thread i % threads_count, for
  // scans that add to something of their thread.
  enum class Turns { kFree, kFixed };

  // Called on any thread, once a source, with the number of the thread.
  using Scan = std::function<absl::StatusOr<ScanResult>(std::size_t source, std::size_t thread)>;

  struct Done {
    std::size_t source = 0;
    absl::StatusOr<ScanResult> result;
  };

  // REQUIRES: threads_count > 0. Begins nothing yet.
  ParallelScan(std::size_t sources_count, std::size_t threads_count, Turns turns, Scan scan);
  ~ParallelScan();
  ParallelScan(const ParallelScan&) = delete;
  ParallelScan& operator=(const ParallelScan&) = delete;

  // The next source's result; scans on this thread too, until it is there. Nothing when all were
  // handed over, or when it was stopped and all that were begun have been.
  std::optional<Done> Next() ABSL_LOCKS_EXCLUDED(mutex_);

  // No further source is begun.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void StartThreads();
  void ScanAhead(std::size_t thread) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<std::size_t> Take(std::size_t thread) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayRunAheadTo(std::size_t source) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasTurns(std::size_t thread) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run(std::size_t source, std::size_t thread) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::size_t threads_count_;
  const Turns turns_;
  const Scan scan_;
  std::vector<std::thread> threads_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<bool> begun_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::optional<absl::StatusOr<ScanResult>>> done_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::size_t> next_ ABSL_GUARDED_BY(mutex_);  // kFixed: by thread; kFree: one
  std::size_t given_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t held_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dims

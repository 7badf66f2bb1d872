// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "agent/output/output_destination.h"
#include "agent/output/output_options.h"
#include "common/base/bounded_queue.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/event/event_batch.h"

namespace dims {

// How one output does. A value.
struct OutputCounts {
  std::uint64_t rows = 0;     // its destination took them
  std::uint64_t dropped = 0;  // the queue was full, or it was stopped before they were taken
  std::uint64_t waiting_bytes = 0;
  std::string trouble;  // empty: the last attempt to write went well
};

// One local output: a bounded queue in memory and a thread that writes.
//
// Guarantees: Take never waits, whatever the destination does; events are written in the order in
// which they were taken; each event of Take is in rows or dropped in the end. An event whose
// destination failed is tried again until it is taken. Best effort all the same: what waits when
// the process dies is gone.
// Thread: Take by one, counts by any, the others by one; Stop is safe without Start and twice, and
// takes at most kDrain and what a destination needs to notice. Clock and random must outlive it.
class LocalOutput {
 public:
  static constexpr absl::Duration kDrain = absl::Seconds(1);
  static constexpr std::size_t kEventsAtOnce = 256;

  LocalOutput(OutputOptions options, const Clock& clock, Random& random);
  ~LocalOutput();

  const OutputOptions& options() const { return options_; }

  // Harmless to repeat.
  void Start();

  // In three steps, so that several end at once: takes nothing more; writes what waits, until
  // kDrain after EndSoon; ends the thread. What was not written counts as dropped. Each does those
  // before.
  void EndSoon();
  void Drain();
  void Stop();

  void Reopen() { destination_->Reopen(); }

  void Take(const std::shared_ptr<const EventBatch>& batch);

  OutputCounts counts() const;

 private:
  void SayIfDropping(bool taken);
  void WriteLoop();
  void WriteBatch(const std::shared_ptr<const EventBatch>& batch);
  bool WriteEvents(const std::vector<std::string>& events);
  void Pause(absl::Duration length);
  void SetTrouble(absl::string_view trouble);
  std::vector<std::uint32_t> RowsOf(const std::shared_ptr<const EventBatch>& batch) const;

  const OutputOptions options_;
  const Clock& clock_;
  Random& random_;
  std::atomic<bool> give_up_ = false;
  std::unique_ptr<OutputDestination> destination_;
  BoundedQueue<std::shared_ptr<const EventBatch>> queue_;
  std::atomic<std::uint64_t> rows_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  bool dropping_ = false;  // said in the log
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration drain_until_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::string trouble_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace dims

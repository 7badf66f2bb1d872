// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/buffer/event_buffer.h"
#include "agent/pipeline/batch_assembler.h"
#include "common/base/clock.h"

namespace dims {

// Takes steps to the buffer: whatever waits becomes one transaction, and when the buffer is full
// the loss classes decide.
//
// When the buffer is full, batches that can wait are held here, `waiting()` says so, and their
// inputs stop reading; nothing of them is lost. A batch of another class gives up the oldest in the
// buffer of the classes above and then of its own (LossClass: routine messages by UDP go first);
// when none is left the new batch itself is given up. Each row given up is counted: in its hollow
// envelope, or as a loss that goes out with the next envelope, so that the sum is exact. The room
// that this makes is not for batches that can wait: they wait for the server.
//
// A buffer that is full of what waits for a hole of a file to be read again gives up the hole.
//
// Limits: kLossesMax different losses are kept apart, what is above is added to the last one.
// Thread: one, but for waiting() and dropped_rows(). The buffer and clock must outlive it.
class Committer {
 public:
  static constexpr absl::Duration kRetryInterval = absl::Milliseconds(250);
  static constexpr absl::Duration kTidyInterval = absl::Seconds(2);
  static constexpr absl::Duration kFutileInterval = absl::Seconds(10);
  static constexpr std::size_t kLossesMax = 64;

  Committer(EventBuffer& buffer, const Clock& clock) : buffer_(buffer), clock_(clock) {}

  void Add(CommitStep step);

  // Appends what waits, as far as there is room. OK also when some of it has to wait. Any error
  // means that the outcome is unknown: the process must end and reopen the buffer.
  absl::Status Commit();

  // The end: commits what fits, gives up network batches that do not. What can wait and does not
  // fit will be read again.
  absl::Status Finish();

  // Something is held because the buffer is full: inputs that can wait must stop reading.
  bool waiting() const { return waiting_.load(std::memory_order_relaxed); }

  bool idle() const { return network_.empty() && can_wait_.empty(); }

  // When a held step is tried again.
  absl::Duration next_retry() const { return retry_at_; }

  // Rows of network batches that were given up before they reached the buffer.
  std::uint64_t dropped_rows() const { return dropped_rows_.load(std::memory_order_relaxed); }

 private:
  using Steps = std::deque<CommitStep>;

  absl::Status Tidy();
  absl::StatusOr<bool> AppendAll();
  absl::StatusOr<bool> Append(std::span<CommitStep> steps);
  absl::Status AppendNetworkOneByOne();
  absl::Status AppendCanWaitOneByOne();
  absl::StatusOr<bool> AppendMakingRoom(CommitStep& step);
  absl::Status HoldCanWait();
  bool RoomIsForNetwork() const;
  absl::Status AppendPendingLosses();
  absl::Status EndHoles();
  void GiveUp(const CommitStep& step);
  void AddLoss(Loss loss);
  void SetWaiting(bool waiting);

  EventBuffer& buffer_;
  const Clock& clock_;
  Steps network_;
  Steps can_wait_;
  std::vector<Loss> losses_;     // not yet in any envelope
  std::vector<FileHole> ended_;  // read again as far as could be: the buffer is to hear of it
  absl::Duration tidy_at_ = absl::ZeroDuration();
  absl::Duration retry_at_ = absl::ZeroDuration();
  std::optional<BufferPosition> gave_up_at_;  // where the buffer stood then
  // Giving up old batches for one of this class was in vain, and would be again.
  std::array<absl::Duration, kLossClassCount> in_vain_until_ = {};
  std::atomic<bool> waiting_ = false;
  std::atomic<std::uint64_t> dropped_rows_ = 0;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/mutex.h"

namespace dims {

// What inputs have read and the pipeline has not parsed yet, in a lane for each configured input,
// so that none holds up another.
//
// Guarantees: chunks of one input come out in order. While several have something, each gets the
// same share of the pipeline's time, by what Charge says that their chunks took: a flood, or a
// format that is slow to parse, costs its own input first. An input that was quiet is next. Old
// lines that are loaded have a lane of their own and their turn when no input has anything.
// Limits: kFileLaneBytesMax and kLaneBytesMax of text for all inputs that can wait (files can wait
// on the disk) and for all others; above it HasRoom is false, but HasRoomFor true for an input that
// has less than kShareBytes of its own. One chunk may go over. Close ends taking in; what is queued
// can still be popped.
// Thread: any number of inputs, one pipeline.
class ChunkQueue final : public ChunkSink {
 public:
  static constexpr std::size_t kFileLaneBytesMax = 1u << 20;
  static constexpr std::size_t kLaneBytesMax = 4u << 20;  // what cannot be read again
  static constexpr std::size_t kShareBytes = 128u << 10;

  bool Push(InputChunk chunk) override;
  bool HasRoom(LossClass loss_class) const override;
  bool HasRoomFor(LossClass loss_class, std::uint32_t input) const override;
  bool HasRoomForBackfill() const;

  // Waits until there is room, the queue is closed or `timeout` has passed.
  void WaitForRoom(LossClass loss_class, absl::Duration timeout);

  // The next chunk; waits for one up to `timeout`. With `can_wait_paused` files are left in their
  // lanes. Empty on timeout, or when closed and drained.
  std::optional<InputChunk> Pop(bool can_wait_paused, absl::Duration timeout);

  // How long the chunk popped last kept the pipeline busy.
  void Charge(absl::Duration time);

  void Close();

  bool closed() const;

 private:
  using LaneKey = std::pair<bool, std::uint32_t>;  // cannot wait, input

  struct Lane {
    std::deque<InputChunk> chunks;
    std::size_t bytes = 0;
    absl::Duration used = absl::ZeroDuration();
  };

  static bool CannotWait(LossClass loss_class) { return loss_class != LossClass::kCanWait; }

  bool IsFull(LossClass loss_class) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<InputChunk> Take(bool can_wait_paused) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<InputChunk> TakeFrom(Lane& lane) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  CondVar filled_;
  CondVar room_;
  std::map<LaneKey, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  Lane backfill_ ABSL_GUARDED_BY(mutex_);
  bool popped_backfill_ ABSL_GUARDED_BY(mutex_) = false;   // by the last Pop
  std::size_t bytes_[2] ABSL_GUARDED_BY(mutex_) = {0, 0};  // by "cannot wait"
  LaneKey last_ ABSL_GUARDED_BY(mutex_);                   // popped from
  absl::Duration floor_ ABSL_GUARDED_BY(mutex_);           // `used` of that lane then
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/time/time.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/mutex.h"

namespace dims {

// What inputs have read and the pipeline has not parsed yet, in two lanes, so that files that have
// to wait hold up no datagram.
//
// Limits: kFileLaneBytesMax and kLaneBytesMax of text a lane (files can wait on the disk); HasRoom
// is false above it, one chunk may go over. Pop takes from the lanes in turn. Close ends taking in;
// what is queued can still be popped.
// Thread: any number of inputs, one pipeline.
class ChunkQueue final : public ChunkSink {
 public:
  static constexpr std::size_t kFileLaneBytesMax = 1u << 20;
  static constexpr std::size_t kLaneBytesMax = 4u << 20;  // what cannot be read again

  bool Push(InputChunk chunk) override;
  bool HasRoom(LossClass loss_class) const override;

  // Waits until there is room, the queue is closed or `timeout` has passed.
  void WaitForRoom(LossClass loss_class, absl::Duration timeout);

  // The next chunk; waits for one up to `timeout`. With `can_wait_paused` files are left in their
  // lane. Empty on timeout, or when closed and drained.
  std::optional<InputChunk> Pop(bool can_wait_paused, absl::Duration timeout);

  void Close();

  bool closed() const;

 private:
  struct Lane {
    std::deque<InputChunk> chunks;
    std::size_t bytes = 0;
  };

  static std::size_t LaneOf(LossClass loss_class) {
    return loss_class == LossClass::kCanWait ? 0 : 1;
  }

  bool IsFull(LossClass loss_class) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<InputChunk> Take(bool can_wait_paused) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  CondVar filled_;
  CondVar room_;
  Lane lanes_[2] ABSL_GUARDED_BY(mutex_);
  std::size_t turn_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dims

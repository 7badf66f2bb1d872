// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/chunk_queue.h"

#include <utility>

namespace dims {
namespace {

std::size_t WeightOf(const InputChunk& chunk) {
  return 256 + chunk.text.size() + chunk.lines.size() * sizeof(InputLine);
}

}  // namespace

bool ChunkQueue::Push(InputChunk chunk) {
  MutexLock lock(mutex_);
  if (closed_) return false;
  Lane& lane = lanes_[LaneOf(chunk.loss_class)];
  lane.bytes += WeightOf(chunk);
  lane.chunks.push_back(std::move(chunk));
  filled_.NotifyOne();
  return true;
}

bool ChunkQueue::HasRoom(LossClass loss_class) const {
  MutexLock lock(mutex_);
  return !IsFull(loss_class);
}

bool ChunkQueue::IsFull(LossClass loss_class) const {
  const std::size_t lane = LaneOf(loss_class);
  return lanes_[lane].bytes >= (lane == 0 ? kFileLaneBytesMax : kLaneBytesMax);
}

void ChunkQueue::WaitForRoom(LossClass loss_class, absl::Duration timeout) {
  MutexLock lock(mutex_);
  if (!closed_ && IsFull(loss_class)) room_.WaitFor(mutex_, timeout);
}

std::optional<InputChunk> ChunkQueue::Pop(bool can_wait_paused, absl::Duration timeout) {
  MutexLock lock(mutex_);
  std::optional<InputChunk> chunk = Take(can_wait_paused);
  if (chunk || closed_) return chunk;
  filled_.WaitFor(mutex_, timeout);
  return Take(can_wait_paused);
}

std::optional<InputChunk> ChunkQueue::Take(bool can_wait_paused) {
  for (int n = 0; n < 2; ++n) {
    turn_ = 1 - turn_;
    Lane& lane = lanes_[turn_];
    if (lane.chunks.empty() || (turn_ == 0 && can_wait_paused)) continue;
    std::optional<InputChunk> chunk(std::move(lane.chunks.front()));
    lane.chunks.pop_front();
    lane.bytes -= WeightOf(*chunk);
    room_.NotifyAll();
    return chunk;
  }
  return std::nullopt;
}

void ChunkQueue::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  filled_.NotifyAll();
  room_.NotifyAll();
}

bool ChunkQueue::closed() const {
  MutexLock lock(mutex_);
  return closed_;
}

}  // namespace dims

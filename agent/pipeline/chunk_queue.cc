// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/chunk_queue.h"

#include <algorithm>
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
  if (chunk.backfill != nullptr) {
    backfill_.bytes += WeightOf(chunk);
    backfill_.chunks.push_back(std::move(chunk));
    filled_.NotifyOne();
    return true;
  }
  const bool cannot_wait = CannotWait(chunk.loss_class);
  Lane& lane = lanes_[{cannot_wait, chunk.input}];
  // Time in which it had nothing is not saved up.
  if (lane.chunks.empty()) lane.used = std::max(lane.used, floor_);
  const std::size_t weight = WeightOf(chunk);
  lane.bytes += weight;
  bytes_[cannot_wait] += weight;
  lane.chunks.push_back(std::move(chunk));
  filled_.NotifyOne();
  return true;
}

bool ChunkQueue::HasRoom(LossClass loss_class) const {
  MutexLock lock(mutex_);
  return !IsFull(loss_class);
}

bool ChunkQueue::HasRoomFor(LossClass loss_class, std::uint32_t input) const {
  MutexLock lock(mutex_);
  if (!IsFull(loss_class)) return true;
  const auto lane = lanes_.find({CannotWait(loss_class), input});
  return lane == lanes_.end() || lane->second.bytes < kShareBytes;
}

bool ChunkQueue::HasRoomForBackfill() const {
  MutexLock lock(mutex_);
  return backfill_.bytes < kFileLaneBytesMax;
}

bool ChunkQueue::IsFull(LossClass loss_class) const {
  const bool cannot_wait = CannotWait(loss_class);
  return bytes_[cannot_wait] >= (cannot_wait ? kLaneBytesMax : kFileLaneBytesMax);
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

// Of the lane that had least time so far; among equals in turn.
std::optional<InputChunk> ChunkQueue::Take(bool can_wait_paused) {
  const auto behind_last = [last = last_](const LaneKey& key) { return key > last; };
  auto next = lanes_.end();
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    if (lane->second.chunks.empty() || (can_wait_paused && !lane->first.first)) continue;
    const bool sooner = next == lanes_.end() || lane->second.used < next->second.used ||
                        (lane->second.used == next->second.used && behind_last(lane->first) &&
                         !behind_last(next->first));
    if (sooner) next = lane;
  }
  popped_backfill_ = next == lanes_.end();
  if (popped_backfill_) {
    if (backfill_.chunks.empty() || can_wait_paused) return std::nullopt;
    return TakeFrom(backfill_);
  }
  auto& [key, lane] = *next;
  std::optional<InputChunk> chunk = TakeFrom(lane);
  bytes_[key.first] -= WeightOf(*chunk);
  last_ = key;
  floor_ = std::max(floor_, lane.used);
  return chunk;
}

std::optional<InputChunk> ChunkQueue::TakeFrom(Lane& lane) {
  std::optional<InputChunk> chunk(std::move(lane.chunks.front()));
  lane.chunks.pop_front();
  lane.bytes -= WeightOf(*chunk);
  room_.NotifyAll();
  return chunk;
}

void ChunkQueue::Charge(absl::Duration time) {
  MutexLock lock(mutex_);
  if (!popped_backfill_) lanes_[last_].used += time;
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

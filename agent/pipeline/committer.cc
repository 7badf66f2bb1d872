// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/committer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::string_view kReason = "buffer_full";

// Room is made in steps of at least this, so that not every batch costs a transaction of its own.
constexpr std::uint64_t kRoomBytes = 1u << 20;

bool IsFull(const absl::Status& status) {
  return status.code() == absl::StatusCode::kResourceExhausted;
}

bool CanWait(const CommitStep& step) {
  if (step.batch) return step.batch->loss_class == LossClass::kCanWait;
  return step.positions.empty() ||
         !std::holds_alternative<CounterPosition>(step.positions.front().position);
}

// A position that a later batch of the same group moves on must not replace it.
void DropOvertaken(std::vector<Bookmark>& positions, const std::vector<Bookmark>& by) {
  for (const Bookmark& later : by) {
    std::erase_if(positions, [&](const Bookmark& b) { return b.source == later.source; });
  }
}

}  // namespace

void Committer::Add(CommitStep step) {
  for (Loss& loss : step.losses) AddLoss(std::move(loss));
  step.losses.clear();
  if (!step.batch && step.positions.empty() && !step.hole_ended) return;
  (CanWait(step) ? can_wait_ : network_).push_back(std::move(step));
}

absl::Status Committer::Commit() {
  if (RoomIsForNetwork()) RETURN_IF_ERROR(HoldCanWait());
  if (waiting() && clock_.Monotonic() < retry_at_) {
    RETURN_IF_ERROR(AppendNetworkOneByOne());
    return AppendPendingLosses();
  }
  if (idle()) RETURN_IF_ERROR(Tidy());
  RETURN_IF_ERROR(EndHoles());
  ASSIGN_OR_RETURN(const bool done, AppendAll());
  if (!done) {
    RETURN_IF_ERROR(AppendNetworkOneByOne());
    RETURN_IF_ERROR(AppendCanWaitOneByOne());
  }
  SetWaiting(!can_wait_.empty());
  RETURN_IF_ERROR(EndHoles());
  return AppendPendingLosses();
}

absl::Status Committer::EndHoles() {
  while (!ended_.empty()) {
    const absl::Status status = buffer_.EndHole(ended_.back().source, ended_.back().epoch);
    if (IsFull(status)) return absl::OkStatus();  // the volume is: again with the next commit
    RETURN_IF_ERROR(status);
    ended_.pop_back();
  }
  return absl::OkStatus();
}

// While nothing comes: the last ack reaches the disk, and what the ring has kept long enough goes.
absl::Status Committer::Tidy() {
  const absl::Duration now = clock_.Monotonic();
  if (now < tidy_at_) return absl::OkStatus();
  tidy_at_ = now + kTidyInterval;
  const absl::Status status = buffer_.Tidy();
  return IsFull(status) ? absl::OkStatus() : status;
}

absl::Status Committer::Finish() {
  retry_at_ = absl::ZeroDuration();
  RETURN_IF_ERROR(Commit());
  can_wait_.clear();
  SetWaiting(false);
  return absl::OkStatus();
}

// Everything that waits in one transaction. False: not all of it fits.
absl::StatusOr<bool> Committer::AppendAll() {
  Steps all = std::exchange(network_, {});
  const std::size_t network = all.size();
  std::move(can_wait_.begin(), can_wait_.end(), std::back_inserter(all));
  can_wait_.clear();
  std::vector<CommitStep> group(std::make_move_iterator(all.begin()),
                                std::make_move_iterator(all.end()));
  absl::StatusOr<bool> done = Append(group);
  if (!done.ok() || *done) return done;
  const auto middle = group.begin() + static_cast<std::ptrdiff_t>(network);
  std::move(group.begin(), middle, std::back_inserter(network_));
  std::move(middle, group.end(), std::back_inserter(can_wait_));
  return false;
}

// One transaction. False: the buffer is full and `steps` are as they were.
absl::StatusOr<bool> Committer::Append(std::span<CommitStep> steps) {
  if (steps.empty()) return true;
  std::vector<NewBatch> batches;
  std::vector<Bookmark> positions;
  for (CommitStep& step : steps) {
    if (step.batch) {
      DropOvertaken(positions, step.batch->bookmarks);
      batches.push_back(std::move(*step.batch));
    }
    DropOvertaken(positions, step.positions);
    positions.insert(positions.end(), step.positions.begin(), step.positions.end());
  }
  const std::size_t own_losses = batches.empty() ? 0 : batches.front().losses.size();
  if (!batches.empty()) {
    std::copy(losses_.begin(), losses_.end(), std::back_inserter(batches.front().losses));
  }
  const absl::Status status = buffer_.Append(batches, positions).status();
  if (status.ok()) {
    if (!batches.empty()) losses_.clear();
    for (CommitStep& step : steps) {
      if (step.hole_ended) ended_.push_back(*std::move(step.hole_ended));
      for (const std::shared_ptr<CommitNotice>& notice : step.notices) notice->Committed();
    }
    return true;
  }
  if (!IsFull(status)) return status;
  if (!batches.empty()) batches.front().losses.resize(own_losses);
  auto batch = batches.begin();
  for (CommitStep& step : steps) {
    if (step.batch) *step.batch = std::move(*batch++);
  }
  return false;
}

absl::Status Committer::AppendNetworkOneByOne() {
  while (!network_.empty()) {
    ASSIGN_OR_RETURN(const bool appended, AppendMakingRoom(network_.front()));
    if (!appended) GiveUp(network_.front());
    network_.pop_front();
  }
  return absl::OkStatus();
}

absl::Status Committer::AppendCanWaitOneByOne() {
  while (!can_wait_.empty()) {
    ASSIGN_OR_RETURN(const bool appended, Append(std::span(&can_wait_.front(), 1)));
    if (!appended) return HoldCanWait();
    can_wait_.pop_front();
  }
  return absl::OkStatus();
}

absl::Status Committer::HoldCanWait() {
  if (can_wait_.empty()) return absl::OkStatus();
  SetWaiting(true);
  retry_at_ = clock_.Monotonic() + kRetryInterval;
  const absl::Status status = buffer_.GiveUpHoles();
  return IsFull(status) ? absl::OkStatus() : status;
}

// Room for which something was given up is not for what could have waited: not before the server
// has taken some of what is here.
bool Committer::RoomIsForNetwork() const {
  const BufferPosition position = buffer_.position();
  return gave_up_at_ && gave_up_at_->epoch == position.epoch &&
         gave_up_at_->acked == position.acked;
}

// Older batches that may be given up make room, class by class, down to the new one's own.
absl::StatusOr<bool> Committer::AppendMakingRoom(CommitStep& step) {
  ASSIGN_OR_RETURN(const bool appended, Append(std::span(&step, 1)));
  if (appended) return true;
  if (!step.batch) return false;
  absl::Duration& in_vain_until = in_vain_until_[static_cast<std::size_t>(step.batch->loss_class)];
  if (clock_.Monotonic() < in_vain_until) return false;
  const std::uint64_t wanted = step.batch->encoded.payload.size() + kRoomBytes;
  for (std::size_t value = kLossClassCount; --value > 0;) {
    const auto loss_class = static_cast<LossClass>(value);
    if (loss_class < step.batch->loss_class) break;
    ASSIGN_OR_RETURN(const std::uint64_t freed, buffer_.Hollow(loss_class, wanted, kReason));
    if (freed == 0) continue;
    gave_up_at_ = buffer_.position();
    ASSIGN_OR_RETURN(const bool fits, Append(std::span(&step, 1)));
    if (fits) return true;
  }
  in_vain_until = clock_.Monotonic() + kFutileInterval;
  return false;
}

absl::Status Committer::AppendPendingLosses() {
  if (losses_.empty()) return absl::OkStatus();
  const absl::Status status = buffer_.AppendLosses(losses_);
  if (IsFull(status)) return absl::OkStatus();  // they go out with the next envelope
  if (status.ok()) losses_.clear();
  return status;
}

void Committer::GiveUp(const CommitStep& step) {
  if (!step.batch) return;
  for (Loss loss : step.if_given_up) {
    dropped_rows_.fetch_add(loss.count, std::memory_order_relaxed);
    loss.reason = std::string(kReason);
    AddLoss(std::move(loss));
  }
  for (const Loss& loss : step.batch->losses) AddLoss(loss);
}

void Committer::AddLoss(Loss loss) {
  for (Loss& known : losses_) {
    if (known.source != loss.source || known.reason != loss.reason) continue;
    known.from_ns = std::min(known.from_ns, loss.from_ns);
    known.to_ns = std::max(known.to_ns, loss.to_ns);
    known.count += loss.count;
    return;
  }
  if (losses_.size() < kLossesMax) {
    losses_.push_back(std::move(loss));
  } else {
    losses_.back().count += loss.count;
    losses_.back().to_ns = std::max(losses_.back().to_ns, loss.to_ns);
  }
}

void Committer::SetWaiting(bool waiting) {
  if (waiting_.exchange(waiting, std::memory_order_relaxed) == waiting) return;
  if (waiting) {
    LogWarning("buffer.db: full; inputs that can wait are paused, nothing accepted is lost");
  } else {
    LogInfo("buffer.db: there is room again; inputs go on");
  }
}

}  // namespace dims

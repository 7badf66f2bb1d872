// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/tail_hub.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/event/batch_source.h"
#include "common/event/fields.h"
#include "common/event/select_rows.h"
#include "common/filter/evaluate.h"
#include "server/query/visible_rows.h"

namespace dims {
namespace {

// Encoded batches hold at most kBatchRowsMax rows. False when the tail takes no more just now.
bool SendRows(const EventBatch& batch, AnswerStream& stream, BatchEncoder& encoder) {
  for (std::uint32_t first = 0; first < batch.rows(); first += kBatchRowsMax) {
    RowBitmap slice(batch.rows());
    const std::uint32_t end = std::min(batch.rows(), first + kBatchRowsMax);
    for (std::uint32_t row = first; row < end; ++row) slice.Set(row);
    v1::SearchResponse message;
    message.set_batch(encoder.Encode(SelectRows(batch, slice)).payload);
    if (!stream.TryWrite(std::move(message))) return false;
  }
  return true;
}

bool SayRowsWereSkipped(AnswerStream& stream) {
  v1::SearchResponse message;
  message.mutable_progress()->set_rows_skipped(true);
  return stream.TryWrite(std::move(message));
}

}  // namespace

void TailHub::Append(OpenChunk chunk) {
  next_.Append(chunk);
  MutexLock lock(mutex_);
  if (followers_.empty()) return;
  chunks_.push_back(std::move(chunk));
  if (chunks_.size() > kChunksMax) {
    chunks_.pop_front();
    skipped_ = true;
  }
  wake_.NotifyOne();
}

absl::Status TailHub::Follow(const std::string& user, std::shared_ptr<AnswerStream> stream,
                             FilterNode filter, QueryVisibility visibility) {
  MutexLock lock(mutex_);
  // Who has gone is otherwise noticed at the next event only, and there may be none for long.
  for (const auto& follower : followers_) {
    if (follower->stream->cancelled()) follower->stream->End(absl::OkStatus());
  }
  std::erase_if(followers_, [](const auto& one) { return one->stream->cancelled().load(); });
  if (followers_.size() >= kTailsMax)
    return absl::ResourceExhaustedError("64 tails are open already");
  followers_.push_back(std::make_shared<Follower>(
      Follower{user, std::move(stream), std::move(filter), std::move(visibility)}));
  return absl::OkStatus();
}

void TailHub::CutUser(absl::string_view user, const absl::Status& why) {
  MutexLock lock(mutex_);
  std::erase_if(followers_, [&](const auto& follower) {
    if (follower->user != user) return false;
    follower->stream->End(why);
    return true;
  });
}

void TailHub::Stop() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
  MutexLock lock(mutex_);
  for (const auto& follower : followers_)
    follower->stream->End(absl::UnavailableError("the server stops"));
  followers_.clear();
}

void TailHub::Run() {
  while (true) {
    OpenChunk chunk;
    bool skipped = false;
    {
      MutexLock lock(mutex_);
      while (chunks_.empty() && !stopping_) wake_.Wait(mutex_);
      if (stopping_) return;
      chunk = std::move(chunks_.front());
      chunks_.pop_front();
      skipped = std::exchange(skipped_, false);
    }
    Send(chunk, skipped);
  }
}

void TailHub::Send(const OpenChunk& chunk, bool skipped) {
  std::vector<std::shared_ptr<Follower>> followers;
  {
    MutexLock lock(mutex_);
    followers = followers_;
  }
  BatchEncoder encoder;
  std::vector<std::shared_ptr<Follower>> gone;
  for (const auto& follower : followers) {
    BatchSource source(chunk.batch);
    absl::StatusOr<RowBitmap> rows = EvaluateFilter(follower->filter, source);
    follower->skipped = follower->skipped || skipped;
    if (rows.ok()) {
      rows->And(VisibleRows(*chunk.batch, follower->visibility));
      const bool sent =
          rows->None() || SendRows(SelectRows(*chunk.batch, *rows), *follower->stream, encoder);
      follower->skipped = follower->skipped || !sent;
    }
    if (follower->skipped && SayRowsWereSkipped(*follower->stream)) follower->skipped = false;
    if (rows.ok() && !follower->stream->cancelled()) continue;
    follower->stream->End(rows.status());
    gone.push_back(follower);
  }
  MutexLock lock(mutex_);
  for (const auto& follower : gone) std::erase(followers_, follower);
}

}  // namespace dims

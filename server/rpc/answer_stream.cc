// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/answer_stream.h"

#include <utility>

#include "common/grpc/status_bridge.h"

namespace dims {

std::shared_ptr<AnswerStream> AnswerStream::Make() {
  std::shared_ptr<AnswerStream> stream(new AnswerStream);
  stream->self_ = stream;
  return stream;
}

absl::Status AnswerStream::Write(v1::SearchResponse message) {
  MutexLock lock(mutex_);
  while (outgoing_.size() >= kQueuedMax && !cancelled_) room_.Wait(mutex_);
  if (cancelled_ || ended_) return absl::CancelledError("nobody reads the answer any more");
  outgoing_.push_back(std::move(message));
  if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  return absl::OkStatus();
}

bool AnswerStream::TryWrite(v1::SearchResponse message) {
  MutexLock lock(mutex_);
  if (outgoing_.size() >= kQueuedMax || cancelled_ || ended_) return false;
  outgoing_.push_back(std::move(message));
  if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  return true;
}

void AnswerStream::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  status_ = status;
  if (outgoing_.empty()) Finish(ToGrpc(status_));
}

void AnswerStream::Cut(const absl::Status& why) {
  End(why);
  OnCancel();
}

void AnswerStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  outgoing_.pop_front();
  if (!ok) {
    cancelled_ = true;
    outgoing_.clear();
  }
  room_.NotifyAll();
  if (!outgoing_.empty()) {
    StartWrite(&outgoing_.front());
  } else if (ended_) {
    Finish(ToGrpc(status_));
  }
}

void AnswerStream::OnCancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  room_.NotifyAll();
}

void AnswerStream::OnDone() {
  std::shared_ptr<AnswerStream> last = std::move(self_);
}

}  // namespace dims

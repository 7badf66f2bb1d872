// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "dims/v1/query.pb.h"

namespace dims {

// The writing side of a streamed answer. A query's thread calls Write and End; gRPC's threads carry
// it out.
//
// Write waits while kQueuedMax messages are on their way: a client that reads slowly slows its own
// query and nothing else. Keeps itself alive until gRPC says OnDone.
class AnswerStream final : public grpc::ServerWriteReactor<v1::SearchResponse> {
 public:
  static constexpr std::size_t kQueuedMax = 4;

  static std::shared_ptr<AnswerStream> Make();

  // Cancelled when the client has gone.
  absl::Status Write(v1::SearchResponse message) ABSL_LOCKS_EXCLUDED(mutex_);

  // Does not wait: false, and nothing is sent, while the queue is full.
  bool TryWrite(v1::SearchResponse message) ABSL_LOCKS_EXCLUDED(mutex_);

  // After the last Write. The first counts: a tail may be cut while it is being written to.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the query itself, too, and what is written before it is noticed: the user may see no more.
  void Cut(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

  // Set when the client has gone or stopped the query.
  const std::atomic<bool>& cancelled() const { return cancelled_; }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

 private:
  AnswerStream() = default;

  std::shared_ptr<AnswerStream> self_;
  std::atomic<bool> cancelled_ = false;
  Mutex mutex_;
  CondVar room_;
  std::deque<v1::SearchResponse> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

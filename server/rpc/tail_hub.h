// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/mutex.h"
#include "common/filter/query.h"
#include "server/query/query_executor.h"
#include "server/rpc/answer_stream.h"
#include "server/store/open_rows.h"

namespace dims {

// Live tails: every chunk that was committed goes past every filter, on one thread of its own.
//
// Sits between commits and the open rows: forwards each chunk first, then keeps it for the tails.
// When tails are slower than commits the oldest chunks are let go and the tail is told so in its
// stream; ingest never waits for a tail. Limits: kChunksMax chunks waiting, kTailsMax tails.
// Thread: Append on the commit thread, Follow on any.
class TailHub final : public OpenRows {
 public:
  static constexpr std::size_t kChunksMax = 64;
  static constexpr std::size_t kTailsMax = 64;

  explicit TailHub(OpenRows& next) : next_(next), thread_([this] { Run(); }) {}

  ~TailHub() override { Stop(); }

  void Append(OpenChunk chunk) override ABSL_LOCKS_EXCLUDED(mutex_);

  bool AcceptsMore() const override { return next_.AcceptsMore(); }

  // `user` is the name of who asks. ResourceExhausted beyond kTailsMax.
  absl::Status Follow(const std::string& user, std::shared_ptr<AnswerStream> stream,
                      FilterNode filter, QueryVisibility visibility) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the tails of a user who may not ask any more.
  void CutUser(absl::string_view user, const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends every tail. Harmless to repeat.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Follower {
    std::string user;
    std::shared_ptr<AnswerStream> stream;
    FilterNode filter;
    QueryVisibility visibility;
    bool skipped = false;  // rows that matched were not shown, and the tail was not told yet
  };

  void Run();
  void Send(const OpenChunk& chunk, bool skipped) ABSL_LOCKS_EXCLUDED(mutex_);

  OpenRows& next_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<OpenChunk> chunks_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Follower>> followers_ ABSL_GUARDED_BY(mutex_);
  bool skipped_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/base/status_macros.h"

namespace dims {

// The questions that are being answered, by who asked, so that they end when that user is
// suspended. Thread: any. Limit: those of the query pool, running and waiting.
class RunningQueries {
 public:
  using Cut = std::function<void(const absl::Status& why)>;

  // Entered from its making to its end. The RunningQueries outlives it.
  class Entry {
   public:
    Entry(RunningQueries& queries, std::uint64_t id) : queries_(queries), id_(id) {}

    ~Entry() { queries_.Leave(id_); }

    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    RunningQueries& queries_;
    const std::uint64_t id_;
  };

  // `cut` ends the query soon, without waiting for it; it may be called on any thread. `allowed`
  // says whether the user may ask; it is called after the query was entered, so that a suspension
  // at any moment is seen by it or cuts the query.
  absl::StatusOr<std::shared_ptr<Entry>> Enter(const std::string& user, Cut cut,
                                               const std::function<absl::Status()>& allowed)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    std::shared_ptr<Entry> entry = Add(user, std::move(cut));
    RETURN_IF_ERROR(allowed());
    return entry;
  }

  void CutUser(absl::string_view user, const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    for (const auto& [id, running] : running_) {
      if (running.user == user) running.cut(why);
    }
  }

 private:
  struct Running {
    std::string user;
    Cut cut;
  };

  std::shared_ptr<Entry> Add(const std::string& user, Cut cut) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const std::uint64_t id = next_++;
    running_.emplace(id, Running{user, std::move(cut)});
    return std::make_shared<Entry>(*this, id);
  }

  void Leave(std::uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    running_.erase(id);
  }

  Mutex mutex_;
  std::uint64_t next_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<std::uint64_t, Running> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

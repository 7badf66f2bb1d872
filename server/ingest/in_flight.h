// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/delivery/envelope.h"

namespace dims {

// Which batches the server has in its hands, in a small file that survives a crash of the process,
// so that one batch that crashes it cannot do so for ever (DELIVERY.md D10).
//
// A batch in hand when the process crashed is suspect: from then on it is handled alone, with
// nothing beside it that could be blamed in its stead. In hand at a second crash it is poison. A
// process that ended without a word (killed, out of memory) weighs a fifth of a crash; a restart of
// the machine weighs nothing. What was committed is never suspect again.
//
// The file is a shared memory map without fsync: entering and leaving a batch cost a copy of 64
// bytes. Limits: kWorkersMax workers, kGroupMax batches a group (more are not noted), kSuspectsMax
// suspects (when there are more, those not in hand at the last end are forgotten). Thread: Judge
// any; a worker's slot by that worker; the group's by the commit thread.
class InFlight {
 public:
  static constexpr std::size_t kWorkersMax = 64;
  static constexpr std::size_t kGroupMax = 4096;
  static constexpr std::size_t kSuspectsMax = 8192;
  static constexpr std::uint32_t kCrashWeight = 5;
  static constexpr std::uint32_t kSilentEndWeight = 1;
  static constexpr std::uint32_t kAloneWeight = kCrashWeight;
  static constexpr std::uint32_t kPoisonWeight = 2 * kCrashWeight;

  struct BatchName {
    absl::string_view agent;
    Epoch epoch = 0;
    Sequence sequence = 0;
  };

  // Opens or makes the file and draws the conclusions from how the last process ended. A file that
  // is damaged or of another version starts anew. Errors: the file system's. One process at a time.
  static absl::StatusOr<std::unique_ptr<InFlight>> Open(const std::string& path);

  // An orderly end: nothing is suspected for it.
  ~InFlight();
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  enum class Verdict : std::uint8_t { kUnsuspected, kAlone, kPoison };
  Verdict Judge(const BatchName& batch) const ABSL_LOCKS_EXCLUDED(mutex_);

  // REQUIRES: worker < kWorkersMax.
  void EnterWorker(std::size_t worker, const BatchName& batch);
  void LeaveWorker(std::size_t worker);

  // The batches of the group in hand; Leave ends them all. `committed` frees them of suspicion.
  void EnterGroup(const BatchName& batch);
  void LeaveGroup(bool committed) ABSL_LOCKS_EXCLUDED(mutex_);

  // Set by a CrashMark when the process crashes.
  std::atomic<std::uint32_t>& crash_mark();

  std::size_t suspects_count() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Layout;
  using Key = std::tuple<std::string, Epoch, Sequence>;

  explicit InFlight(Layout* file);
  void LearnSuspects() ABSL_LOCKS_EXCLUDED(mutex_);
  void WriteSuspects() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Layout* const file_;  // the map
  std::size_t group_count_ = 0;
  std::atomic<bool> any_suspects_ = false;
  mutable Mutex mutex_;
  std::map<Key, std::uint32_t> suspects_ ABSL_GUARDED_BY(mutex_);  // weight of the ends it was in
};

}  // namespace dims

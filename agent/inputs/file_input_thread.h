// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/inputs/file_input.h"
#include "common/base/mutex.h"

namespace dims {

// Runs a FileInput on a thread of its own: polls it four times a second when there is nothing to
// read, at once when there is more, and looks for room every few milliseconds while the sink is
// full.
//
// Thread: Start and Stop from one thread; Stop is safe without Start and twice. `input` is this
// thread's while it runs, and must outlive it.
class FileInputThread {
 public:
  explicit FileInputThread(FileInput& input) : input_(input) {}

  ~FileInputThread() { Stop(); }

  void Start();
  void Stop();

  // As the input's ReadAgain, before its next poll. Any thread.
  void ReadAgain(std::vector<FileHole> holes);

  // What the input counted, and what it cannot read, as of its last quarter of a second. Any
  // thread.
  FileInputCounts counts() const;
  std::map<std::string, std::string> unreadable() const;
  std::size_t watched_files() const;

 private:
  void Loop();
  bool WaitUntilStop(absl::Duration timeout);
  void TakeHoles();
  void Publish();

  FileInput& input_;
  mutable Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<std::vector<FileHole>> holes_ ABSL_GUARDED_BY(mutex_);
  FileInputCounts counts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> unreadable_ ABSL_GUARDED_BY(mutex_);
  std::size_t watched_files_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace dims

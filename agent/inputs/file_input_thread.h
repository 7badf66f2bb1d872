// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/inputs/change_watch.h"
#include "agent/inputs/file_input.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace dims {

// Runs a FileInput on a thread of its own: polls it at once when there is more or inotify tells of
// a change, and looks for room every few milliseconds while the sink is full. Where all directories
// are covered by inotify a quiet input is looked at once a second (for what inotify does not tell),
// else four times a second.
//
// Thread: Start and Stop from one thread; Stop is safe without Start and twice. `input` is this
// thread's while it runs, and must outlive it, as must `clock`.
class FileInputThread {
 public:
  FileInputThread(FileInput& input, const Clock& clock) : input_(input), clock_(clock) {}

  ~FileInputThread() { Stop(); }

  void Start();
  void Stop();

  // As the input's ReadAgain, before its next poll. Any thread.
  void ReadAgain(std::vector<FileHole> holes, std::vector<Bookmark> server = {});

  // What the input counted, how many files it watches and what it cannot read, as of its last
  // second. Any thread.
  FileInputCounts counts() const;
  std::size_t watched_files() const;
  std::map<std::string, std::string> unreadable() const;

 private:
  void Loop();
  bool WaitUntilStop(absl::Duration timeout);
  void TakeHoles();
  absl::Duration WaitForChange();
  void Publish();
  void PublishWhenDue();

  FileInput& input_;
  const Clock& clock_;
  ChangeWatch watch_;
  absl::Duration next_publish_ = absl::ZeroDuration();
  absl::Duration next_cover_ = absl::ZeroDuration();
  bool covered_ = false;
  mutable Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<std::vector<FileHole>> holes_ ABSL_GUARDED_BY(mutex_);
  std::vector<Bookmark> server_ ABSL_GUARDED_BY(mutex_);
  FileInputCounts counts_ ABSL_GUARDED_BY(mutex_);
  std::size_t watched_files_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::string> unreadable_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace dims {

// One line on standard error that says what a command waits for, once it takes longer than a
// second, and how long it has taken. Any thread may call; a thread of its own writes the line.
// `shown` false (standard error is no terminal): does nothing at all.
class ProgressLine {
 public:
  explicit ProgressLine(bool shown);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // What is going on; control characters in it are escaped.
  void Set(absl::string_view text) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes the line away before output is written; it comes back after another second of silence.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes it away for good. Also done by the destructor.
  void End() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  CondVar wake_;
  std::string text_ ABSL_GUARDED_BY(mutex_) = "waiting for the server";
  bool on_screen_ ABSL_GUARDED_BY(mutex_) = false;
  bool cleared_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/file_input_thread.h"

#include <utility>

namespace dims {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);  // where inotify does not tell all
constexpr absl::Duration kIdleCovered = absl::Seconds(1);
constexpr absl::Duration kCoverInterval = absl::Seconds(1);
constexpr absl::Duration kPublishInterval = absl::Seconds(1);
// A writer of many small lines wakes the input once in this time, not with each of them.
constexpr absl::Duration kSettle = absl::Milliseconds(10);
constexpr absl::Duration kNoRoom = absl::Milliseconds(5);

}  // namespace

void FileInputThread::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void FileInputThread::Stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    stop_changed_.NotifyAll();
  }
  watch_.Wake();
  if (thread_.joinable()) thread_.join();
}

void FileInputThread::Loop() {
  absl::Duration wait = absl::ZeroDuration();
  while (!WaitUntilStop(wait)) {
    TakeHoles();
    switch (input_.Poll()) {
      case FileInput::Progress::kIdle:
        Publish();
        wait = WaitForChange();
        break;
      case FileInput::Progress::kMore:
        PublishWhenDue();
        wait = absl::ZeroDuration();
        break;
      case FileInput::Progress::kNoRoom:
        PublishWhenDue();
        wait = kNoRoom;
        break;
      case FileInput::Progress::kClosed:
        return;
    }
  }
}

// Returns how long to wait still before the next look.
absl::Duration FileInputThread::WaitForChange() {
  const absl::Duration now = clock_.Monotonic();
  if (now >= next_cover_) {
    next_cover_ = now + kCoverInterval;
    const ChangeWatch::Coverage coverage = watch_.Cover(input_.directories());
    covered_ = coverage.all;
    if (coverage.added) return absl::ZeroDuration();
  }
  if (!watch_.usable()) return kIdle;
  const ChangeWatch::Change change = watch_.Wait(covered_ ? kIdleCovered : kIdle);
  if (change == ChangeWatch::Change::kNone) return absl::ZeroDuration();
  if (change == ChangeWatch::Change::kNames) input_.ScanSoon();
  const absl::Duration quiet = clock_.Monotonic() - now;
  return quiet < kSettle ? kSettle - quiet : absl::ZeroDuration();
}

bool FileInputThread::WaitUntilStop(absl::Duration timeout) {
  MutexLock lock(mutex_);
  if (!stop_ && timeout > absl::ZeroDuration()) stop_changed_.WaitFor(mutex_, timeout);
  return stop_;
}

void FileInputThread::ReadAgain(std::vector<FileHole> holes, std::vector<Bookmark> server) {
  MutexLock lock(mutex_);
  holes_ = std::move(holes);
  server_ = std::move(server);
  stop_changed_.NotifyAll();
  watch_.Wake();
}

void FileInputThread::TakeHoles() {
  std::optional<std::vector<FileHole>> holes;
  std::vector<Bookmark> server;
  {
    MutexLock lock(mutex_);
    holes = std::exchange(holes_, std::nullopt);
    server.swap(server_);
  }
  if (holes) input_.ReadAgain(*std::move(holes), server);
}

void FileInputThread::PublishWhenDue() {
  if (clock_.Monotonic() >= next_publish_) Publish();
}

void FileInputThread::Publish() {
  next_publish_ = clock_.Monotonic() + kPublishInterval;
  const FileInputCounts counts = input_.counts();
  MutexLock lock(mutex_);
  counts_ = counts;
  watched_files_ = input_.watched_files();
  if (unreadable_ != input_.unreadable()) unreadable_ = input_.unreadable();
}

FileInputCounts FileInputThread::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

std::size_t FileInputThread::watched_files() const {
  MutexLock lock(mutex_);
  return watched_files_;
}

std::map<std::string, std::string> FileInputThread::unreadable() const {
  MutexLock lock(mutex_);
  return unreadable_;
}

}  // namespace dims

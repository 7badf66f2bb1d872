// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/file_input_thread.h"

#include <utility>

namespace dims {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);
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
  if (thread_.joinable()) thread_.join();
}

void FileInputThread::Loop() {
  absl::Duration wait = absl::ZeroDuration();
  while (!WaitUntilStop(wait)) {
    TakeHoles();
    switch (input_.Poll()) {
      case FileInput::Progress::kIdle:
        Publish();
        wait = kIdle;
        break;
      case FileInput::Progress::kMore:
        wait = absl::ZeroDuration();
        break;
      case FileInput::Progress::kNoRoom:
        wait = kNoRoom;
        break;
      case FileInput::Progress::kClosed:
        return;
    }
  }
}

bool FileInputThread::WaitUntilStop(absl::Duration timeout) {
  MutexLock lock(mutex_);
  if (!stop_ && timeout > absl::ZeroDuration()) stop_changed_.WaitFor(mutex_, timeout);
  return stop_;
}

void FileInputThread::ReadAgain(std::vector<FileHole> holes) {
  MutexLock lock(mutex_);
  holes_ = std::move(holes);
  stop_changed_.NotifyAll();
}

void FileInputThread::TakeHoles() {
  std::optional<std::vector<FileHole>> holes;
  {
    MutexLock lock(mutex_);
    holes = std::exchange(holes_, std::nullopt);
  }
  if (holes) input_.ReadAgain(*std::move(holes));
}

void FileInputThread::Publish() {
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

std::map<std::string, std::string> FileInputThread::unreadable() const {
  MutexLock lock(mutex_);
  return unreadable_;
}

std::size_t FileInputThread::watched_files() const {
  MutexLock lock(mutex_);
  return watched_files_;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/output/file_destination.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/output/event_text.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr mode_t kMode = 0640;

absl::Status FileError(absl::string_view path, absl::string_view action) {
  return absl::UnavailableError(absl::StrCat(path, ": ", action, ": ", std::strerror(errno)));
}

}  // namespace

FileDestination::FileDestination(const OutputOptions& options)
    : path_(options.path), size_max_(options.size_max), keep_(options.keep) {}

absl::Status FileDestination::Write(std::span<const std::string> events, std::size_t& taken) {
  for (taken = 0; taken < events.size();) {
    RETURN_IF_ERROR(OpenIfMoved());
    const std::size_t count = std::min(kEventsPerWriteMax, events.size() - taken);
    std::string text;
    for (const std::string& event : events.subspan(taken, count)) {
      absl::StrAppend(&text, OnOneLine(event), "\n");
    }
    if (size_max_ > 0 && size_ > 0 && size_ + text.size() > size_max_) RETURN_IF_ERROR(Rotate());
    RETURN_IF_ERROR(Append(text));
    taken += count;
  }
  return absl::OkStatus();
}

absl::Status FileDestination::OpenIfMoved() {
  if (!file_.valid() || reopen_.exchange(false)) return Open();

  struct stat named {};

  struct stat open {};

  const bool same = ::stat(path_.c_str(), &named) == 0 && ::fstat(file_.get(), &open) == 0 &&
                    named.st_ino == open.st_ino && named.st_dev == open.st_dev;
  if (!same) return Open();
  size_ = static_cast<std::uint64_t>(open.st_size);  // somebody may have truncated it
  return absl::OkStatus();
}

// A device or a pipe would block, or is nobody's feed.
absl::Status FileDestination::Open() {
  file_.Reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file_.valid()) return FileError(path_, "cannot be opened");

  struct stat found {};

  if (::fstat(file_.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
    file_.Reset();
    return absl::UnavailableError(absl::StrCat(path_, ": is no regular file"));
  }
  size_ = static_cast<std::uint64_t>(found.st_size);
  return absl::OkStatus();
}

// From the oldest to the newest, so that a failure between leaves every file in place.
absl::Status FileDestination::Rotate() {
  for (std::uint64_t n = keep_; n > 0; --n) {
    const std::string from = n == 1 ? path_ : absl::StrCat(path_, ".", n - 1);
    if (std::rename(from.c_str(), absl::StrCat(path_, ".", n).c_str()) != 0 && errno != ENOENT) {
      return FileError(from, "cannot be rotated");
    }
  }
  if (keep_ == 0 && ::unlink(path_.c_str()) != 0 && errno != ENOENT) {
    return FileError(path_, "cannot be removed");
  }
  return Open();
}

absl::Status FileDestination::Append(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t now = ::write(file_.get(), text.data() + written, text.size() - written);
    if (now > 0) {
      written += static_cast<std::size_t>(now);
      continue;
    }
    if (now < 0 && errno == EINTR) continue;
    const absl::Status failed = FileError(path_, "cannot be written");
    if (written > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
      file_.Reset();  // half a line stays; the next one begins behind it
    }
    return failed;
  }
  size_ += text.size();
  return absl::OkStatus();
}

}  // namespace dims

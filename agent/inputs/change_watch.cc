// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/change_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace dims {
namespace {

constexpr std::uint32_t kContentEvents = IN_MODIFY;
constexpr std::uint32_t kNameEvents = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE;
constexpr std::uint32_t kSelfEvents = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::size_t kEventBytes = 16u << 10;

// File systems on which only this machine writes, by the magic numbers of statfs(2). On any other
// one a change may come without an event.
constexpr std::uint64_t kLocal[] = {
    0xef53,      // ext2, ext3, ext4
    0x58465342,  // XFS
    0x9123683e,  // Btrfs
    0x01021994,  // tmpfs
    0x858458f6,  // ramfs
    0x2fc12fc1,  // ZFS
    0xf2f52010,  // F2FS
    0xca451a4e,  // bcachefs
    0x794c7630,  // overlayfs
    0x4d44,      // FAT
    0x2011bab0,  // exFAT
    0x3153464a,  // JFS
    0x52654973,  // ReiserFS
};

bool IsLocal(const std::string& directory) {
  struct statfs status {};

  if (::statfs(directory.c_str(), &status) != 0) return false;
  const auto type = static_cast<std::uint64_t>(static_cast<std::uint32_t>(status.f_type));
  return std::find(std::begin(kLocal), std::end(kLocal), type) != std::end(kLocal);
}

}  // namespace

ChangeWatch::ChangeWatch()
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ChangeWatch::Coverage ChangeWatch::Cover(const std::set<std::string>& directories) {
  Coverage coverage;
  coverage.all = usable() && directories.size() <= kDirectoriesMax;
  if (!coverage.all) return coverage;
  for (const std::string& directory : directories) {
    // The same directory again gives the same number; another one of that name, a new one.
    const int watch = ::inotify_add_watch(inotify_.get(), directory.c_str(),
                                          kContentEvents | kNameEvents | kSelfEvents | IN_ONLYDIR);
    if (watch < 0) {
      if (errno != ENOENT) coverage.all = false;
      watched_.erase(directory);
      continue;
    }
    const auto [known, fresh] = watched_.try_emplace(directory, watch);
    if (fresh || known->second != watch) {
      known->second = watch;
      coverage.added = true;
    }
    coverage.all = coverage.all && IsLocal(directory);
  }
  return coverage;
}

ChangeWatch::Change ChangeWatch::Wait(absl::Duration timeout) {
  if (!usable()) return Change::kNone;
  pollfd ends[] = {{inotify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
  const std::int64_t milliseconds = std::clamp<std::int64_t>(
      absl::ToInt64Milliseconds(timeout), 0, std::numeric_limits<std::int32_t>::max());
  if (::poll(ends, 2, static_cast<int>(milliseconds)) <= 0) return Change::kNone;
  std::uint64_t count = 0;
  if (ends[1].revents != 0) {
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof(count));
  }
  return ends[0].revents != 0 ? TakeEvents() : Change::kNone;
}

void ChangeWatch::Wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
}

// All that is queued. Which file it was does not matter: a look at all of them is cheap.
ChangeWatch::Change ChangeWatch::TakeEvents() {
  alignas(inotify_event) char events[kEventBytes];
  bool names = false;
  while (true) {
    const ssize_t got = ::read(inotify_.get(), events, sizeof(events));
    if (got <= 0) break;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, events + at, sizeof(event));
      // Anything but a write, a lost queue too, may mean other names.
      names = names || (event.mask & kContentEvents) == 0;
      at += sizeof(event) + event.len;
    }
  }
  return names ? Change::kNames : Change::kContents;
}

}  // namespace dims

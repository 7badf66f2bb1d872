// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/base/unique_fd.h"

namespace dims {

// Tells when something changed in a few directories, by inotify, so that nobody has to look often.
//
// Guarantees: after Cover said that everything is covered, whatever a process of this machine
// writes, makes, renames or deletes in those directories ends a Wait at once, also if it happened
// before the Wait began. Not seen: writes through another hard link or a memory map, so a look now
// and then stays needed.
// Not covered, and said so: directories on network and user-space file systems, where other
// machines write too; the user's limit of watches reached; a kernel without inotify.
// Limits: kDirectoriesMax. Thread: one, but for Wake. Errors: none, whoever asks looks more often.
class ChangeWatch {
 public:
  static constexpr std::size_t kDirectoriesMax = 1024;

  enum class Change : std::uint8_t { kNone, kContents, kNames };

  struct Coverage {
    bool all = false;    // nothing can change unseen, but for the exceptions above
    bool added = false;  // some directory is covered only now: look once more
  };

  ChangeWatch();

  // Watches `directories` besides those it watches already. One that does not exist counts as
  // covered: call again, every second or so, to find it once it does, or after it was replaced.
  Coverage Cover(const std::set<std::string>& directories);

  // Waits for a change, Wake, or the end of `timeout`, and takes what happened since the last Wait.
  // kNames: some file was made, renamed or deleted.
  Change Wait(absl::Duration timeout);

  // Ends a Wait, the next one if none is under way. Any thread.
  void Wake();

  // False: Wait returns at once and is of no use.
  bool usable() const { return inotify_.valid() && wake_.valid(); }

 private:
  Change TakeEvents();

  UniqueFd inotify_;
  UniqueFd wake_;
  std::map<std::string, int> watched_;  // by directory: the watch's number
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace dims {

// Tells whether a file is another one, or has other contents, than when it was asked last: by
// device, inode, size and time of change. Thread: one.
class FileChange {
 public:
  // True the first time, and whenever something changed; a file that is not there is a state too.
  bool Changed(const std::string& path) {
    State now;

    struct stat about {};

    if (::stat(path.c_str(), &about) == 0) {
      now = {true,
             about.st_dev,
             about.st_ino,
             about.st_size,
             about.st_mtim.tv_sec,
             about.st_mtim.tv_nsec,
             about.st_ctim.tv_sec,
             about.st_ctim.tv_nsec};
    }
    const bool changed = !asked_ || now != last_;
    asked_ = true;
    last_ = now;
    return changed;
  }

 private:
  struct State {
    bool there = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const State&, const State&) = default;
  };

  bool asked_ = false;
  State last_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "agent/directives/active_directives.h"
#include "common/base/clock.h"
#include "common/base/durable_file.h"
#include "common/base/mutex.h"
#include "common/delivery/directives.h"

namespace dims {

// Holds the newest set of directives that the server sent, judged by what the site's policy takes,
// and the file of what was taken last (`directives` in the state directory), so that a restart
// without a server changes nothing.
//
// Guarantees: within a connection a set of a lower version changes nothing; the first set of a
// connection counts whatever its version (a server may have been restored). A file that cannot be
// read or written is logged; the set in memory is active all the same. Thread: any; active() never
// waits for the disk. The clock must outlive it.
class DirectiveKeeper {
 public:
  using WriteFile =
      std::function<absl::Status(const std::string& path, absl::string_view contents, mode_t mode)>;

  DirectiveKeeper(const std::string& state_directory, RemoteDirectives allowed, const Clock& clock,
                  WriteFile write_file = WriteFileDurably);

  // A set from the server; what to answer it.
  DirectivesTaken Take(std::uint64_t connection, const DirectiveSet& set);

  // The site's policy was read again: judges the set anew. What to tell the server.
  DirectivesTaken Allow(RemoteDirectives allowed);

  std::shared_ptr<const ActiveDirectives> active() const;

  // What people are shown.
  struct Summary {
    std::uint64_t version = 0;
    RemoteDirectives allowed = RemoteDirectives::kOff;
    std::vector<std::string> active;
    std::vector<std::string> refused;
  };

  Summary Describe() const;

 private:
  void Judge() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Load() ABSL_EXCLUSIVE_LOCKS_REQUIRED(saving_, mutex_);
  void Save() ABSL_LOCKS_EXCLUDED(saving_, mutex_);

  const std::string path_;
  const Clock& clock_;
  const WriteFile write_file_;
  Mutex saving_;  // before mutex_: held while the file is written
  std::string saved_ ABSL_GUARDED_BY(saving_);
  mutable Mutex mutex_;
  RemoteDirectives allowed_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t connection_ ABSL_GUARDED_BY(mutex_) = 0;
  DirectiveSet set_ ABSL_GUARDED_BY(mutex_);
  DirectivesTaken taken_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const ActiveDirectives> active_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/directives/directive_keeper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/delivery/directives_wire.h"

namespace dims {
namespace {

constexpr std::size_t kFileBytesMax = 4u << 20;  // above what a set may hold

absl::StatusOr<DirectiveSet> Parsed(const std::string& text) {
  v1::Directives message;
  if (!message.ParseFromString(text)) return absl::DataLossError("it is damaged");
  return FromWire(message);
}

}  // namespace

DirectiveKeeper::DirectiveKeeper(const std::string& state_directory, RemoteDirectives allowed,
                                 const Clock& clock, WriteFile write_file)
    : path_(state_directory + "/directives"),
      clock_(clock),
      write_file_(std::move(write_file)),
      allowed_(allowed) {
  MutexLock saving(saving_);
  MutexLock lock(mutex_);
  Load();
  Judge();
}

DirectivesTaken DirectiveKeeper::Take(std::uint64_t connection, const DirectiveSet& set) {
  DirectivesTaken taken;
  {
    MutexLock lock(mutex_);
    if (connection == connection_ && set.version < set_.version) return taken_;
    connection_ = connection;
    set_ = set;
    Judge();
    taken = taken_;
  }
  Save();
  return taken;
}

DirectivesTaken DirectiveKeeper::Allow(RemoteDirectives allowed) {
  DirectivesTaken taken;
  {
    MutexLock lock(mutex_);
    allowed_ = allowed;
    Judge();
    taken = taken_;
  }
  Save();
  return taken;
}

void DirectiveKeeper::Judge() {
  taken_ = {set_.version, {}};
  active_ = ActiveDirectives::Make(set_, allowed_, clock_.Now(), taken_.refused);
}

void DirectiveKeeper::Load() {
  absl::StatusOr<std::string> text = ReadSmallFile(path_, kFileBytesMax);
  if (absl::IsNotFound(text.status())) return;
  absl::StatusOr<DirectiveSet> set = text.ok() ? Parsed(*text) : text.status();
  if (!set.ok()) {
    LogWarning(path_, ": ", set.status().message(),
               "; without it until the server sends its directives again");
    return;
  }
  saved_ = *std::move(text);
  set_ = *std::move(set);
}

// Only what was taken goes to the file. What was refused stays in memory, for a policy that
// changes; after a restart the server says it again. Batches do not wait for the disk: they need
// mutex_.
void DirectiveKeeper::Save() {
  MutexLock saving(saving_);
  DirectiveSet taken;
  std::vector<RefusedDirective> refused;
  {
    MutexLock lock(mutex_);  // of this moment: whoever saves last saves the newest
    taken = set_;
    refused = taken_.refused;
  }
  std::erase_if(taken.directives, [&refused](const Directive& directive) {
    return std::any_of(refused.begin(), refused.end(),
                       [&](const RefusedDirective& one) { return one.id == directive.id; });
  });
  std::string text = ToWire(taken).SerializeAsString();
  if (text == saved_) return;
  if (const absl::Status written = write_file_(path_, text, kSecretFileMode); !written.ok()) {
    LogWarning(written.message());
    return;
  }
  saved_ = std::move(text);
}

std::shared_ptr<const ActiveDirectives> DirectiveKeeper::active() const {
  MutexLock lock(mutex_);
  return active_;
}

DirectiveKeeper::Summary DirectiveKeeper::Describe() const {
  MutexLock lock(mutex_);
  Summary out{set_.version, allowed_, active_->Describe(clock_.Now()), {}};
  for (const RefusedDirective& refused : taken_.refused) {
    out.refused.push_back(absl::StrCat(refused.id, ": ", refused.reason));
  }
  return out;
}

}  // namespace dims

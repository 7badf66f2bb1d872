// SPDX-License-Identifier: Apache-2.0
#include "agent/output/host_lookup.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dims {

HostLookup::HostLookup() : answer_(std::make_shared<Answer>()) {}

absl::StatusOr<std::vector<HostPort>> HostLookup::Find(const HostPort& target,
                                                       absl::Duration patience) {
  if (target.IsAddress()) return std::vector<HostPort>{target};
  MutexLock lock(answer_->mutex);
  if (!answer_->asked) {
    answer_->asked = true;
    answer_->done = false;
    std::thread([answer = answer_, target] {
      absl::StatusOr<std::vector<HostPort>> found = ResolveHost(target);
      MutexLock answer_lock(answer->mutex);
      answer->addresses = std::move(found);
      answer->done = true;
      answer->arrived.NotifyAll();
    }).detach();
  }
  if (!answer_->done) answer_->arrived.WaitFor(answer_->mutex, patience);
  if (!answer_->done) {
    return absl::UnavailableError(absl::StrCat(target.host, ": the resolver does not answer"));
  }
  answer_->asked = false;
  return answer_->addresses;
}

}  // namespace dims

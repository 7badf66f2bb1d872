// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/refused_senders.h"

#include <string_view>

namespace dims {

void RefusedSenders::Add(absl::string_view sender) {
  MutexLock lock(mutex_);
  const auto known = counts_.find(std::string_view(sender.data(), sender.size()));
  if (known != counts_.end()) {
    ++known->second;
  } else if (counts_.size() < kSendersMax) {
    counts_.emplace(std::string(sender), 1);
  } else {
    ++others_;
  }
}

std::map<std::string, std::uint64_t> RefusedSenders::by_sender() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::uint64_t> out(counts_.begin(), counts_.end());
  if (others_ > 0) out["others"] = others_;
  return out;
}

}  // namespace dims

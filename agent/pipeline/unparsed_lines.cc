// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/unparsed_lines.h"

namespace dims {

void UnparsedLines::Add(absl::string_view origin, std::uint64_t lines) {
  MutexLock lock(mutex_);
  std::string name(origin);
  if (by_origin_.size() >= kOriginsMax && by_origin_.find(name) == by_origin_.end()) {
    name = std::string(kOthers);
  }
  by_origin_[std::move(name)] += lines;
}

std::map<std::string, std::uint64_t> UnparsedLines::by_origin() const {
  MutexLock lock(mutex_);
  return {by_origin_.begin(), by_origin_.end()};
}

}  // namespace dims

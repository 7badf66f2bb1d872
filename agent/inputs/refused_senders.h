// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace dims {

// Who was turned away, and how often, since the start.
//
// Limits: kSendersMax senders by name; further ones count together as "others", so that forged
// addresses cannot fill the memory. Thread: any.
class RefusedSenders {
 public:
  static constexpr std::size_t kSendersMax = 100;

  void Add(absl::string_view sender) ABSL_LOCKS_EXCLUDED(mutex_);

  std::map<std::string, std::uint64_t> by_sender() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> counts_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t others_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dims

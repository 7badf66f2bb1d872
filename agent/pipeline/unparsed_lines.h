// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace dims {

// How many lines of each file or sender nobody could read fields of, since the start. Site staff
// see by it where a format is missing.
//
// Limit: kOriginsMax names; what comes from further ones is counted under "(others)". Thread: any.
class UnparsedLines {
 public:
  static constexpr std::size_t kOriginsMax = 1000;
  static constexpr absl::string_view kOthers = "(others)";

  void Add(absl::string_view origin, std::uint64_t lines);

  std::map<std::string, std::uint64_t> by_origin() const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> by_origin_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

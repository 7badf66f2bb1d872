// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// Which of the names that tell producers apart an object has among its own members. A value.
class RecordMarks {
 public:
  enum Mark : std::uint32_t {
    kTs = 1u << 0,
    kTimestamp = 1u << 1,
    kEventType = 1u << 2,
    kFlowId = 1u << 3,
    kSrcIp = 1u << 4,
    kStats = 1u << 5,
    kAlert = 1u << 6,
    kInterface = 1u << 7,
    kZeekPath = 1u << 8,
    kZeekId = 1u << 9,       // "id.orig_h", "uid", "fuid"
    kZeekRecord = 1u << 10,  // what only one log without an id has
    kWinlog = 1u << 11,
    kEventId = 1u << 12,
    kChannel = 1u << 13,  // "Channel", "SourceName", "ProviderName" ...
    kEventSystem = 1u << 14,
    kWin = 1u << 16,
    kWrapper = 1u << 15,  // may hold another record as text
  };

  void Add(absl::string_view name);

  bool HasAll(std::uint32_t marks) const { return (marks_ & marks) == marks; }

  bool HasAny(std::uint32_t marks) const { return (marks_ & marks) != 0; }

 private:
  std::uint32_t marks_ = 0;
};

}  // namespace dims

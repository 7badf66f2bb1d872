// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace dims::sim {

using LineId = std::uint64_t;

// What happened in the world, for the verdict alone: nobody under test reads it.
struct SiteRecord {
  LineId next_id = 1;
  std::vector<LineId> file;    // the file's lines in order
  std::set<LineId> doubtful;   // lines of a file that went back in time: may come twice
  std::set<LineId> datagrams;  // accepted: the commit returned
  std::set<LineId> orphans;    // stored, and the agent's restored disk knows nothing of them yet
  std::set<LineId> excused;    // the last copy went with a disk
};

// How often each line is in the store.
using StoredLines = std::map<LineId, int>;

}  // namespace dims::sim

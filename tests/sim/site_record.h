// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dims::sim {

using LineId = std::uint64_t;

// Lines of site n are n times this and what follows.
inline constexpr LineId kLinesOfSite = 1'000'000;

// What happened at one site, for the verdict alone: nobody under test reads it.
struct SiteRecord {
  LineId next_id = 1;
  std::map<std::string, std::vector<LineId>> files;  // by name: lines that can still be read
  std::map<LineId, std::int64_t> times;              // seconds since 1970, of each line
  std::set<LineId> accepted;    // the commit returned, and nobody can read it again
  std::set<LineId> orphans;     // stored, and the agent's restored disk knows nothing of them yet
  std::set<LineId> excused;     // the last copy went with a disk
  std::set<LineId> declarable;  // in files of which a restored server knew nothing
};

// How often each line is in the store.
struct Copies {
  int sure = 0;
  int maybe_repeated = 0;

  friend bool operator==(const Copies&, const Copies&) = default;
};

using StoredLines = std::map<LineId, Copies>;

}  // namespace dims::sim

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "tests/model/rules.h"

namespace dims::model {

struct SearchResult {
  std::size_t states = 0;
  std::size_t steps = 0;          // transitions taken
  std::size_t quiet = 0;          // states at rest, each judged in full
  std::size_t over_declared = 0;  // of these: a gap names something that is stored
  std::size_t beyond_bounds = 0;  // successors not explored
  bool complete = false;          // nothing was left unexplored
  std::string violation;          // empty: none
  std::string trace;              // the shortest way there, a step a line
};

// Breadth first over all interleavings within `bounds`, until everything is seen, a violation is
// found or `states_max` is reached. Deterministic. About 24 bytes a state seen and one State for
// each of the frontier.
SearchResult Explore(const Rules& rules, const Bounds& bounds, std::size_t states_max);

}  // namespace dims::model

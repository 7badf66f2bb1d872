// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/event/tlp.h"

namespace dims {

// Something a person should look at, with the evidence that caused it. A value.
struct Alert {
  std::int64_t id = 0;  // given when it is stored
  std::int64_t raised_ns = 0;
  std::string rule;  // "foe_at_several_sites", "site_silent", "agent_cloned", "store_regressed"
  std::string key;   // what it is about; (rule, key, window_start_ns) is raised once
  std::int64_t window_start_ns = 0;
  std::string title;  // one line for people
  std::vector<std::string> sites;
  std::vector<std::string> evidence;  // event ids, oldest first, at most 20
  // The strictest label of the events behind it, also of those beyond the evidence; CLEAR for what
  // was not made of events.
  Tlp tlp = Tlp::kClear;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/enrich/nat_map.h"
#include "common/filter/filter_node.h"

namespace dims {

// [[tag]]: events for which everything that is set holds get these tags.
struct TagRule {
  std::vector<std::string> tags;
  std::vector<std::string> hosts;   // host.name, with * and ?, any case
  std::vector<std::string> inputs;  // file, sender or dims.source, the same way
  std::optional<FilterNode> match;
};

inline constexpr std::size_t kTagRulesMax = 64;
inline constexpr std::size_t kTagRuleBytesMax = 1024;  // of all tags of all rules together
inline constexpr std::size_t kGeoPathsMax = 8;

// What the site adds to its events. A value.
struct EnrichConfig {
  std::vector<std::string> mmdb;
  std::vector<NatRule> nat;
  std::string nat_csv;  // path; empty: none
  std::string assets;   // the same
  std::vector<TagRule> tags;

  bool empty() const {
    return mmdb.empty() && nat.empty() && nat_csv.empty() && assets.empty() && tags.empty();
  }
};

}  // namespace dims

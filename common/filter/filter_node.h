// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/event/predicate.h"

namespace dims {

// A filter as a tree. A value.
//
//   kAnd, kOr: children, at least one     kNot: one child     kTest: field and predicate
//   kEverything: the empty filter
struct FilterNode {
  enum class Kind : std::uint8_t { kEverything, kAnd, kOr, kNot, kTest };

  Kind kind = Kind::kEverything;
  std::vector<FilterNode> children;
  std::string field;  // a field, a group (ip, port, ...), or empty: every text, keyword, ip column
  Predicate predicate = Predicate::Exists();

  static FilterNode Test(std::string field, Predicate predicate) {
    FilterNode node;
    node.kind = Kind::kTest;
    node.field = std::move(field);
    node.predicate = std::move(predicate);
    return node;
  }

  // Of one child: that child.
  static FilterNode Join(Kind kind, std::vector<FilterNode> children) {
    if (children.size() == 1) return std::move(children.front());
    FilterNode node;
    node.kind = kind;
    node.children = std::move(children);
    return node;
  }

  static FilterNode Not(FilterNode child) {
    FilterNode node;
    node.kind = Kind::kNot;
    node.children.push_back(std::move(child));
    return node;
  }
};

// The filter as text that parses to the same tree: what rules and saved queries are shown as.
std::string PrintFilter(const FilterNode& filter);

}  // namespace dims

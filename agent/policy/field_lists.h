// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/policy/policy_config.h"
#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"

namespace dims {

// True for columns that no policy keeps back: without them an event has no time, no place in its
// source and no label. Their values are the agent's own words.
bool AlwaysLeaves(absl::string_view field);

// True when `name` matches one of `patterns` (* and ?).
bool MatchesAny(const std::vector<std::string>& patterns, absl::string_view name);

// Which fields of a batch leave, by event: docs/policy.md. What was derived from a field that stays
// (related.*, network.community_id, the layout that renders the line) stays with it.
//
// Immutable. Thread: any.
class FieldLists {
 public:
  FieldLists(std::vector<FieldsRule> rules, bool deny_by_default)
      : rules_(std::move(rules)), deny_by_default_(deny_by_default) {}

  // No field stays.
  bool empty() const { return rules_.empty() && !deny_by_default_; }

  EventBatch Apply(EventBatch batch) const;

 private:
  class Decision;  // of one batch

  std::vector<FieldsRule> rules_;
  bool deny_by_default_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/policy/policy_config.h"
#include "common/delivery/directives.h"
#include "common/event/event_batch.h"
#include "common/filter/filter_node.h"
#include "common/match/indicator_set.h"

namespace dims {

// What directives did so far, in events.
struct DirectiveCounts {
  std::uint64_t dropped = 0;
  std::uint64_t tagged = 0;
};

// "off", "watchlists", "filters".
absl::string_view NameOf(RemoteDirectives remote);

// The directives of the server that the site takes, ready for use.
//
// They only narrow: applied to what the site's policy lets leave, so that they see nothing else,
// they take events away or add the tag "watchlist:<name>". What is expired does nothing. A filter
// that fails drops nothing. Immutable. Thread: any. Limits: common/delivery/directives.h.
class ActiveDirectives {
 public:
  // Judges each directive of `set`; those that the site does not take, or that are wrong, are
  // appended to `refused` with the reason, the others are active.
  static std::shared_ptr<const ActiveDirectives> Make(const DirectiveSet& set,
                                                      RemoteDirectives allowed, absl::Time now,
                                                      std::vector<RefusedDirective>& refused);

  // Possibly without rows.
  EventBatch Apply(EventBatch batch, absl::Time now, DirectiveCounts& counts) const;

  // One line each, for people, of those not expired.
  std::vector<std::string> Describe(absl::Time now) const;

  bool empty() const { return drops_.empty() && watches_.empty(); }

 private:
  struct Drop {
    std::int64_t until_ns = 0;
    std::string text;
    FilterNode filter;
  };

  struct Watch {
    std::int64_t until_ns = 0;
    std::string name;
    std::unique_ptr<const IndicatorSet> values;
  };

  ActiveDirectives() = default;

  absl::Status Add(const Directive& directive, RemoteDirectives allowed, absl::Time now);
  absl::Status AddWatch(const Directive& directive);

  std::vector<Drop> drops_;
  std::vector<Watch> watches_;
};

}  // namespace dims

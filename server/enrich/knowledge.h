// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"
#include "common/match/indicator_set.h"
#include "common/match/netmap.h"

namespace dims {

enum class Iff : std::uint8_t { kFriend = 0, kFoe = 1, kUnknown = 2 };

// "friend", "foe", "unknown".
absl::string_view IffName(Iff iff);

// What the server knows at one moment: whose networks are whose, and which values are bad. Both
// immutable, neither null. A value.
struct KnowledgeView {
  std::shared_ptr<const Netmap> netmap = std::make_shared<const Netmap>();
  std::shared_ptr<const IndicatorSet> indicators = std::make_shared<const IndicatorSet>();

  // Friend: a site's. Foe: not a friend, and named by an unexpired indicator of confidence >= 50.
  static Iff Judge(absl::string_view owner, const std::optional<IndicatorSet::Match>& match);
};

// Where the newest KnowledgeView is: the registry's and the intel store's changes go in, every
// commit group takes one view for all of its rows. Thread: any.
class Knowledge {
 public:
  KnowledgeView View() const ABSL_LOCKS_EXCLUDED(mutex_);
  void SetNetmap(std::shared_ptr<const Netmap> netmap) ABSL_LOCKS_EXCLUDED(mutex_);
  void SetIndicators(std::shared_ptr<const IndicatorSet> indicators) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  KnowledgeView view_ ABSL_GUARDED_BY(mutex_);
};

// What is known about one value that a person asks for.
struct LookupAnswer {
  std::string value;        // as asked
  bool understood = false;  // it is an address, a CIDR block, a domain or a hash
  Observable observable;    // the value in the form it is compared in
  Iff iff = Iff::kUnknown;
  std::string owner;  // of an address, the start of a block, a domain; empty: nobody
  std::vector<Indicator> indicators;  // unexpired, at most as strict as the asker's ceiling

  // "feed: ssh scanner, confidence 90, TLP green, until 2027-01-31T23:59:59Z (192.0.2.0/24)".
  static std::string LineOf(const Indicator& indicator);
};

// One answer a value, in their order. Friend or foe is told whatever the ceiling is, as it is told
// in every event.
std::vector<LookupAnswer> Look(const KnowledgeView& knowledge,
                               const std::vector<std::string>& values, Tlp ceiling,
                               std::int64_t now_ns);

}  // namespace dims

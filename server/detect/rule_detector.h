// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "server/detect/detector.h"

namespace dims {

inline constexpr char kFoeAtSeveralSites[] = "foe_at_several_sites";

// The built-in rules. One for now: the same foe (source.iff or destination.iff is "foe") at two or
// more sites less than an hour apart by @timestamp raises one alert for that hour, with the events
// as evidence.
//
// All memory is in the WindowState of the transaction at hand. Thread: the commit thread.
class RuleDetector final : public Detector {
 public:
  absl::StatusOr<std::vector<Alert>> Detect(const EventBatch& batch, const RowBitmap& live,
                                            WindowState& windows, absl::Time now) override;
};

}  // namespace dims

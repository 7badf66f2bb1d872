// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"
#include "server/detect/alert.h"
#include "server/detect/window_state.h"

namespace dims {

// Evaluates the rules over a commit group, inside that group's transaction: an alert is durable
// exactly when the batch that caused it is. Thread: the commit thread.
class Detector {
 public:
  virtual ~Detector() = default;

  // `batch` holds payload, origin and enrichment columns. Only rows in `live` may raise alerts
  // (backfill and late rows are stored and marked, not alerted). An error rolls the group back.
  virtual absl::StatusOr<std::vector<Alert>> Detect(const EventBatch& batch, const RowBitmap& live,
                                                    WindowState& windows, absl::Time now) = 0;
};

}  // namespace dims

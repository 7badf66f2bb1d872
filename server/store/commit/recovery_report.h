// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "server/store/commit/live_database.h"
#include "server/store/store_recovery.h"

namespace dims {

// Turns what a start found missing into an alert and a gap, together and once for each block,
// however often the server starts: loss is never silent. At start, before the commit thread runs.
// Errors: live.db's; after one nothing of the block in hand was written.
absl::Status ReportRecovery(const StoreRecovery& recovery, LiveDatabase& live, const Clock& clock);

}  // namespace dims

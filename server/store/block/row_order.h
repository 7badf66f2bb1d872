// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/event/event_batch.h"

namespace dims {

// The order of rows in a sealed block: (organization.id, event.dataset, @timestamp, event.stream,
// event.ordinal), absent before present; rows that are equal in all of these keep their order.
// order[i] = the row of `batch` that comes i-th.
std::vector<std::uint32_t> BlockOrder(const EventBatch& batch);

}  // namespace dims

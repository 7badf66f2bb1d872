// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/event/event_batch.h"
#include "common/filter/query.h"

namespace dims {

// The order of answers when nothing else is asked for: @timestamp descending, then event.stream and
// event.ordinal; and what decides between rows a sort leaves equal.
const std::vector<SortKey>& DefaultOrder();

// The first `rows_max` row numbers of `batch` in the order of `keys`, then DefaultOrder, then as
// they stand. Absent values come last either way; a list counts by its first element.
std::vector<std::uint32_t> OrderRows(const EventBatch& batch, std::span<const SortKey> keys,
                                     std::uint64_t rows_max);

}  // namespace dims

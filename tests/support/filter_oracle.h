// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/event/event_batch.h"
#include "common/filter/filter_node.h"
#include "tests/support/seeded_random.h"

namespace dims {

// A filter that can be printed, over the fields RandomBatch makes, groups, and fields that are not
// there.
FilterNode RandomFilter(SeededRandom& random);

// Does the row match? Row by row and value by value, by the words of docs/query_language.md.
bool OracleMatchesFilter(const FilterNode& filter, const EventBatch& batch, std::uint32_t row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "common/event/event_batch.h"

namespace dims {

// The rows in `order`, by number; a number may come any number of times. Dictionaries keep only
// what is used.
Column GatherColumn(const Column& column, std::span<const std::uint32_t> order);
EventBatch GatherRows(const EventBatch& batch, std::span<const std::uint32_t> order);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "common/event/event_batch.h"

namespace dims {

// The rows of all `batches`, one after the other, as one batch: columns of the same name and type
// become one, with one dictionary; rows of batches without a column are absent in it. Columns come
// in order of first appearance. Cost: one look-up per distinct value of each batch, plus one
// addition per row. REQUIRES: the sum of rows and of bytes fits 32 bits.
EventBatch Concatenate(std::span<const EventBatch* const> batches);

}  // namespace dims

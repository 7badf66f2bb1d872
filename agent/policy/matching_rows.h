// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"
#include "common/filter/filter_node.h"

namespace dims {

// The rows of the batch that the filter matches; all of them should it fail, so that in doubt
// nothing leaves. Thread: any.
RowBitmap MatchingRows(const std::shared_ptr<const EventBatch>& batch, const FilterNode& filter);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"

namespace dims {

// The batch's `tags` with one more tag on the rows of `tagged`, each at most once. REQUIRES:
// tagged.size() == batch.rows(). Thread: any.
Column WithTag(const EventBatch& batch, const RowBitmap& tagged, absl::string_view tag);

}  // namespace dims

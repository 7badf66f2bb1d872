// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"
#include "server/query/query_executor.h"

namespace dims {

// The rows of `batch` that `visibility` lets the caller see: of their sites, and labelled no
// stricter than the ceiling. A row without dims.tlp counts as AMBER, one with an unknown label as
// RED.
RowBitmap VisibleRows(const EventBatch& batch, const QueryVisibility& visibility);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"

namespace dims {

// The rows of `batch` that are set in `keep`, in order. Dictionaries stay whole (codes keep their
// meaning), so values of dropped rows may remain as unused dictionary entries. REQUIRES:
// keep.size() == batch.rows().
EventBatch SelectRows(const EventBatch& batch, const RowBitmap& keep);

// The same; a batch of which every row is kept is handed back without being copied.
EventBatch SelectRows(EventBatch&& batch, const RowBitmap& keep);

// A column with one value in every row.
Column ConstantKeyword(absl::string_view name, std::uint32_t rows, absl::string_view value);
Column ConstantTime(absl::string_view name, std::uint32_t rows, std::int64_t nanoseconds);

}  // namespace dims

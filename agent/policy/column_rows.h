// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/event/column.h"
#include "common/event/column_builder.h"
#include "common/event/event_batch.h"
#include "common/event/row_bitmap.h"

namespace dims {

// Sets `row` of `out`, which has the column's type, to the column's value. REQUIRES:
// column.Has(from).
void CopyValue(const Column& column, std::uint32_t from, std::uint32_t row, ColumnBuilder& out);

// The column with values in the rows of `keep` alone; its dictionary holds nothing else. REQUIRES:
// keep.size() == column.rows(). Thread: any.
Column KeepRows(const Column& column, const RowBitmap& keep);

// The rows of `keep`, in order, without a trace of the others: unlike SelectRows, dictionaries hold
// what is left alone. Columns without a value go. REQUIRES: as above.
EventBatch WithoutTrace(const EventBatch& batch, const RowBitmap& keep);

// A number, time or flag as decimal text. REQUIRES: column.Has(row), none of the other types.
std::string NumberText(const Column& column, std::uint32_t row);

// The values of a row, each as text. REQUIRES: column.Has(row).
std::vector<std::string> ValuesOf(const Column& column, std::uint32_t row);

}  // namespace dims

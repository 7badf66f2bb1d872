// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column_source.h"
#include "common/filter/filter_node.h"

namespace dims {

// The columns a test of `field` looks at, out of those a source has: every type of that name; for a
// group all of its fields, for "ip" every address column; for the empty name every text, keyword
// and address column but the internal ones and event.id.
std::vector<ColumnId> BindField(absl::string_view field, const std::vector<ColumnId>& columns);

// The rows of `source` that match. NOT is the complement: a row without the field matches
// NOT field:value. Errors are those of the source.
absl::StatusOr<RowBitmap> EvaluateFilter(const FilterNode& filter, ColumnSource& source);

}  // namespace dims

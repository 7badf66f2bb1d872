// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "common/event/event_batch.h"

namespace dims {

// Where the values of folded columns go.
inline constexpr char kFoldedColumn[] = "labels.more_fields";

// `batch` with at most `columns_max` columns: core fields and those most rows have stay, the values
// of the rest become one text of JSON a row in kFoldedColumn, names ascending, where a search finds
// them. REQUIRES: columns_max holds the core fields and two more.
EventBatch FoldColumns(const EventBatch& batch, std::size_t columns_max);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/event/event_batch.h"

namespace dims {

// One value as text; lists as "[a b]". REQUIRES: column.Has(row).
std::string ValueText(const Column& column, std::uint32_t row);

// Every value of a row, internal columns too: "name:type=value" sorted by name, one a line. Equal
// texts, equal rows.
std::string RowText(const EventBatch& batch, std::uint32_t row);

}  // namespace dims

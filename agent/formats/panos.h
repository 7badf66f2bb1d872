// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// PAN-OS logs as comma-separated values ("1,2026/01/02 03:04:05,0123,TRAFFIC,end,2561,..."), quoted
// where a value holds commas, quotes doubled. The columns of each type of record stand in
// panos_columns; those beyond the table, of later releases, go to labels.panw.column_N.
//
// The time is the one in high resolution where a record has it, else the time of generation, which
// names no zone. A refused session is event.type denied and event.outcome failure. Thread: any.
bool IsPanos(const TextInput& input);
std::optional<TextResult> ParsePanos(const TextInput& input, EventRow& row);

}  // namespace dims

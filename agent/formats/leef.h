// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// IBM's Log Event Extended Format: "LEEF:1.0|vendor|product|version|event|key=value<tab>key=value"
// and 2.0, which names its delimiter ("|^|", "|x09|", "|0x7c|") after the event. Keys: "QRadar LEEF
// guide", predefined event attributes. Thread: any.
bool IsLeef(const TextInput& input);
std::optional<TextResult> ParseLeef(const TextInput& input, EventRow& row);

}  // namespace dims

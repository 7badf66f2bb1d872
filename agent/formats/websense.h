// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Websense, later Forcepoint, web security as key=value: "vendor=Websense product=Security
// product_version=7.7.0 action=permitted severity=1 category=153 user=- src_host=192.0.2.1 ... url=
// http://www.example/". Its CEF and LEEF are read as those. Keys: Websense' SIEM integration guide.
// Thread: any.
bool IsWebsense(const TextInput& input);
std::optional<TextResult> ParseWebsense(const TextInput& input, EventRow& row);

}  // namespace dims

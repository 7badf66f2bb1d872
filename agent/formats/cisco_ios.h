// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Routers and switches of Cisco (IOS, IOS XE, NX-OS): "%SEC-6-IPACCESSLOGP: list 10 denied tcp
// ...", any facility, severity and mnemonic. Defined by Cisco's "System Message Guide". A mnemonic
// that the table does not know keeps its text.
bool IsCiscoIos(const TextInput& input);
std::optional<TextResult> ParseCiscoIos(const TextInput& input, EventRow& row);

}  // namespace dims

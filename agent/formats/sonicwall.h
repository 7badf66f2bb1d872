// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// SonicWall's own syslog: "id=firewall sn=... time="2026-01-15 11:59:58" fw=192.0.2.1 pri=6 c=1024
// m=537 msg="Connection Closed" src=192.0.2.9:1:X0 dst=...". Defined by "SonicOS Log Events
// Reference Guide"; m is the number of the message. Keys without a field become
// labels.sonicwall.KEY.
bool IsSonicwall(const TextInput& input);
std::optional<TextResult> ParseSonicwall(const TextInput& input, EventRow& row);

}  // namespace dims

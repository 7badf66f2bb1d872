// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// What firewall filters of Junos log: "PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0 A tcp 192.0.2.1
// 198.51.100.2 1025 80 (1 packets)", with PFE_FW_SYSLOG_IP6_... and ETH_IP beside it. A is
// accepted, D discarded, R rejected. Thread: any.
bool IsJunosFilter(const TextInput& input);
std::optional<TextResult> ParseJunosFilter(const TextInput& input, EventRow& row);

}  // namespace dims

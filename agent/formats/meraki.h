// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Meraki appliances, access points and switches: "1647479278.997155282 MX100 flows src=...
// dst=...", behind a priority and a version. Kinds: flows, firewall and its relatives,
// ip_flow_start and _end, urls, events, ids-alerts, security_event, airmarshal_events. Defined by
// Cisco's page "Syslog Event Types and Log Samples". The time is the line's own.
bool IsMeraki(const TextInput& input);
std::optional<TextResult> ParseMeraki(const TextInput& input, EventRow& row);

}  // namespace dims

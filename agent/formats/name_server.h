// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// BIND's named, through syslog or its own files with or without time, category and level:
// "23-Aug-2025 18:41:28.090 queries: info: client @0x7f 192.0.2.7#5353 (www.example): view in:
// query: www.example IN A +E(0)K (198.51.100.1)", answers, refusals, zone transfers, response
// policies and zones (the BIND 9 reference manual, "Logging").
bool IsBind(const TextInput& input);
std::optional<TextResult> ParseBind(const TextInput& input, EventRow& row);

// Unbound: "[17265:13] info: 192.0.2.7 www.example. A IN [NOERROR 0.01 0 45]", also with its own
// time and name before it.
bool IsUnbound(const TextInput& input);
std::optional<TextResult> ParseUnbound(const TextInput& input, EventRow& row);

// dnsmasq: "query[A] www.example from 192.0.2.7", "reply www.example is 198.51.100.9", and the
// leases of its DHCP server, "DHCPACK(eth0) 192.0.2.7 00:00:5e:00:53:01 desk".
bool IsDnsmasq(const TextInput& input);
std::optional<TextResult> ParseDnsmasq(const TextInput& input, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Packets that pfSense and OPNsense log by "filterlog", as comma-separated values: the rule, the
// packet (IPv4 or IPv6), then what its protocol has (TCP, UDP, ICMP, CARP). Defined by the pages
// "Raw Filter Log Format" of pfSense and "filterlog" of OPNsense. rule.id is the tracker, which
// stays when rules move; OPNsense's is a hash.
bool IsFilterlog(const TextInput& input);
std::optional<TextResult> ParseFilterlog(const TextInput& input, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Packets that Linux' netfilter logs: "IN=eth0 OUT= MAC=... SRC=192.0.2.1 DST=... PROTO=TCP
// SPT=...", as iptables, nftables, ufw and routers built on them write it; defined by nf_log_syslog
// of the kernel. What a rule puts before it ("[UFW BLOCK] ", "iptables DROP_INPUT: ", Ubiquiti's
// "[WAN_IN-2000-D]") tells the action and, by its word, the outcome.
bool IsNetfilter(const TextInput& input);
std::optional<TextResult> ParseNetfilter(const TextInput& input, EventRow& row);

}  // namespace dims

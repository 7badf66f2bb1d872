// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Firewalls of Cisco: "%ASA-6-302013: Built outbound TCP connection ...", also %FTD, %FWSM, %PIX
// and %NGIPS; as CiscoFtd what Firepower's sensors and its management center say without such a
// tag, and sessions of senders that cut it off. Defined by "Cisco Secure Firewall ASA Series Syslog
// Messages" and, for 430001 to 430005, "Cisco Secure Firewall Threat Defense Syslog Messages".
//
// source is who opened the connection where the message tells (inbound, outbound), else the end
// named first; NAT addresses only where they differ from the real ones. A number that the table
// does not know keeps its text, and its "from ... to ..." where these are addresses.
bool IsCiscoAsa(const TextInput& input);
bool IsCiscoFtd(const TextInput& input);
std::optional<TextResult> ParseCiscoAsa(const TextInput& input, EventRow& row);
std::optional<TextResult> ParseCiscoFtd(const TextInput& input, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// ISC dhcpd: "DHCPACK on 192.0.2.7 to 00:00:5e:00:53:01 (desk) via eth0" and its DHCPv6 messages
// (dhcpd's server/dhcp.c and dhcpv6.c). source is the client, destination the server or the relay
// that asked for it.
bool IsDhcpd(const TextInput& input);
std::optional<TextResult> ParseDhcpd(const TextInput& input, EventRow& row);

// Kea: "INFO  [kea-dhcp4.leases/12345.140] DHCP4_LEASE_ALLOC [hwtype=1 00:00:5e:00:53:01],
// cid=[...], tid=0x1: lease 192.0.2.7 has been allocated", with its own time before it in files
// (the Kea messages manual). event.code is the message's name.
bool IsKea(const TextInput& input);
std::optional<TextResult> ParseKea(const TextInput& input, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/event/ip_address.h"

namespace dims {

// What names a flow. For ICMP the ports are type and code. A value.
struct FlowTuple {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // IANA
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

// True when the protocol's flows are told apart by ports (or ICMP type and code).
bool HasPorts(std::uint8_t protocol);

// Community ID, version 1 ("1:" and a base64 SHA-1): the same for both directions, and the same as
// Zeek, Suricata and Arkime write. Thread: any.
std::string CommunityId(const FlowTuple& tuple, std::uint16_t seed = 0);

}  // namespace dims

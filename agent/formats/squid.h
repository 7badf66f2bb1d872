// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Squid's native access log (https://wiki.squid-cache.org/Features/LogFormat): "1564655684.277 3387
// 192.0.2.1 TCP_TUNNEL/200 19131 CONNECT www.example:443 - HIER_DIRECT/198.51.100.9 text/html",
// behind a syslog header or not. The address of the peer is the destination's; its name else.
bool IsSquid(const TextInput& input);
std::optional<TextResult> ParseSquid(const TextInput& input, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// HAProxy's HTTP and TCP log lines and its errors of a connection (https://docs.haproxy.org,
// "Logging", option httplog, tcplog): "192.0.2.7:38862 [30/Jul/2025:09:03:52.726] in~ out/web1
// 0/0/1/0/2 304 168 - - ---- 6/6/0/0/0 0/0 {host||} "GET / HTTP/1.1"". Front end, back end, timers,
// state and queues are labels.haproxy.*.
bool IsHaproxy(const TextInput& input);
std::optional<TextResult> ParseHaproxy(const TextInput& input, EventRow& row);

}  // namespace dims

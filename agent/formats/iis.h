// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Microsoft IIS in the W3C extended format, in the orders its settings give: "2025-10-10 13:55:36
// 198.51.100.1 GET /a b=c 443 - 192.0.2.7 Mozilla/5.0+(...) https://www.example/ 200 0 0 123", with
// site and server name, version, cookie, host and bytes or not
// (https://learn.microsoft.com/windows/win32/http/w3c-logging). Times are UTC. Lines that begin
// with
// '#' say which fields there are and are kept as text.
bool IsIisAccess(const TextInput& input);
std::optional<TextResult> ParseIisAccess(const TextInput& input, EventRow& row);

// HTTP.sys' error log: "2025-10-10 13:55:36 192.0.2.7 2094 198.51.100.1 80 HTTP/1.1 GET /a 503 -
// ConnLimit -".
bool IsIisError(const TextInput& input);
std::optional<TextResult> ParseIisError(const TextInput& input, EventRow& row);

}  // namespace dims

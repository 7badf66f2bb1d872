// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Apache's error log, "[Wed Oct 20 19:20:59.12 2021] [core:error] [pid 7:tid 9] [client
// 192.0.2.1:5555] AH00126: text", also 2.2's without module and process
// (https://httpd.apache.org/docs/current/logs.html#errorlog), with what ModSecurity adds as rule.*.
bool IsApacheError(const TextInput& input);
std::optional<TextResult> ParseApacheError(const TextInput& input, EventRow& row);

// nginx' error log, "2021/12/01 13:53:33 [error] 31#31: *46 text, client: 192.0.2.1, server:
// localhost, request: "GET / HTTP/1.1", host: "localhost"".
bool IsNginxError(const TextInput& input);
std::optional<TextResult> ParseNginxError(const TextInput& input, EventRow& row);

}  // namespace dims

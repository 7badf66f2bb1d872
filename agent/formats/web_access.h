// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Access logs of Apache, nginx, lighttpd, Caddy and their kin: the Common Log Format
// (https://httpd.apache.org/docs/current/logs.html#accesslog), Combined, with a virtual host before
// it or lists of forwarding addresses ("vhost:443 192.0.2.1, 192.0.2.2 - user [time] "request" 200
// 17 "referrer" "agent" ..."), and Apache's ssl_request_log, where the time comes first. What
// follows the agent is labels.web.extra; nginx' ingress controller names its part.
//
// event.dataset is apache.access or nginx.access where the file's name says whose it is.
bool IsWebAccess(const TextInput& input);
std::optional<TextResult> ParseWebAccess(const TextInput& input, EventRow& row);

}  // namespace dims

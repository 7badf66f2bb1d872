// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/detect/alert.h"

namespace dims {

// One JSON object: id, raised (ISO 8601), rule, key, title, sites, evidence, tlp. Control
// characters are escaped and bytes that are no UTF-8 replaced by U+FFFD: what an attacker wrote
// into a log stays text.
std::string AlertJson(const Alert& alert);

// Who speaks, in a syslog header.
struct SyslogSender {
  std::string host = "-";
  std::int64_t pid = 0;
};

// One RFC 5424 message without framing: facility local0, severity alert, the fields as structured
// data under dims@32473, the title as UTF-8 text without control characters.
std::string AlertSyslog(const Alert& alert, const SyslogSender& sender);

}  // namespace dims

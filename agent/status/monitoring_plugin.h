// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "agent/status/status_file.h"

namespace dims {

// What a monitoring plugin answers. A value.
struct PluginResult {
  int exit_code = 3;  // 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
  std::string line;   // "DIMS OK - streaming, 0 waiting | waiting=0 lost=0c ..."
};

// An agent's status by the Monitoring Plugins Development Guidelines (Nagios, Icinga, Checkmk).
//
// CRITICAL: it does not run, its buffer is full, its certificate has expired. WARNING: no stream to
// the server, the oldest event waits longer than kWaitMax, a file cannot be read, the clock is more
// than kSkewMaxSeconds apart, events were lost or refused. UNKNOWN: `status` is an error. The first
// that applies is named; the figures are always there.
PluginResult CheckPlugin(const absl::StatusOr<AgentStatus>& status, std::int64_t now_ns);

}  // namespace dims

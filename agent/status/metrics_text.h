// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "agent/status/resource_usage.h"
#include "agent/status/status_file.h"

namespace dims {

// The agent's numbers in Prometheus' text exposition format (0.0.4): each metric with HELP and
// TYPE, names and units by its conventions, moments as seconds since 1970. Every name begins with
// dims_agent_, also those of the process, so that they stand beside node_exporter's own.
//
// Values of labels come from logs and peers: control characters are escaped, bytes that are no
// UTF-8 replaced. A moment that has not come yet (no ack, nothing waits) has no sample.
std::string MetricsText(const AgentStatus& status, const ResourceUsage& usage);

// Puts `text` at `path` as node_exporter's textfile collector wants it: readable by all, replaced
// whole, never seen half. What lies there between is `path`.new. Unavailable names the path.
absl::Status WriteMetricsFile(const std::string& path, const std::string& text);

}  // namespace dims

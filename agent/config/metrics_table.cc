// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {
namespace {

std::string SetTextfile(const std::string& path, MetricsConfig& metrics) {
  metrics.textfile = path;
  if (std::string wrong = CheckAbsolute(path); !wrong.empty()) return wrong;
  // Others are not read by the collector.
  return absl::EndsWith(path, ".prom") ? "" : absl::StrCat("\"", path, "\" does not end in .prom");
}

std::string SetMetricsListener(const std::string& text, MetricsConfig& metrics) {
  absl::StatusOr<HttpListener> listener = ParseHttpListener(text);
  if (!listener.ok()) return Complaint(listener.status());
  if (!listener->IsLoopback()) {
    return absl::StrCat("\"", text,
                        "\" is reached from other machines: listen on 127.0.0.1 or [::1], and let "
                        "the machine's own exporter carry the numbers");
  }
  metrics.listener = *std::move(listener);
  return "";
}

}  // namespace

ConfigTable MetricsTable(AgentConfig& config) {
  ConfigTable table{.name = "metrics",
                    .meaning =
                        "The agent's numbers for a Prometheus of the site; see "
                        "[metrics.md](metrics.md)."};
  table.keys.push_back({.name = "textfile",
                        .meaning = "A file for node_exporter's textfile collector, as "
                                   "`\"/var/lib/node_exporter/dims.prom\"`; written every five "
                                   "seconds.",
                        .apply = TakingText([&config](const std::string& path) {
                          return SetTextfile(path, config.metrics);
                        })});
  table.keys.push_back({.name = "listen",
                        .meaning = "`\"http://127.0.0.1:9108\"` answers GET /metrics; addresses of "
                                   "this machine alone.",
                        .apply = TakingText([&config](const std::string& text) {
                          return SetMetricsListener(text, config.metrics);
                        })});
  return table;
}

}  // namespace dims

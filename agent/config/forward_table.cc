// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_tables.h"
#include "common/config/taking.h"

namespace dims {

ConfigTable ForwardTable(AgentConfig& config) {
  ConfigTable table{.name = "forward", .meaning = "The connection to the server."};
  table.keys.push_back({.name = "progress_timeout",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"60s\"",
                        .meaning = "A stream on which nothing moves for this long is given up and "
                                   "opened again.",
                        .apply = Taking<absl::Duration>([&config](absl::Duration span) {
                          config.forward.progress_timeout = span;
                        }),
                        .least = 100,
                        .most = 3'600'000});
  table.keys.push_back({.name = "longest_backoff",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"2min\"",
                        .meaning = "The longest pause between attempts to connect.",
                        .apply = Taking<absl::Duration>([&config](absl::Duration span) {
                          config.forward.longest_backoff = span;
                        }),
                        .least = 100,
                        .most = 3'600'000});
  return table;
}

}  // namespace dims

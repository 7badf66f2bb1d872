// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {
namespace {

std::string SetListener(const std::string& text, std::vector<SyslogListener>& all) {
  absl::StatusOr<SyslogListener> listener = ParseSyslogListener(text);
  if (!listener.ok()) return std::string(listener.status().message());
  for (std::size_t n = 0; n + 1 < all.size(); ++n) {
    if (all[n].Text() == listener->Text() && listener->port != 0) {
      return absl::StrCat("\"", text, "\" is listened on by another input already");
    }
  }
  listener->receive_buffer_bytes = all.back().receive_buffer_bytes;
  all.back() = *listener;
  return "";
}

}  // namespace

ConfigTable SyslogTable(AgentConfig& config) {
  ConfigTable table{.name = "input.syslog",
                    .repeated = true,
                    .meaning =
                        "Syslog from other machines, RFC 3164 and 5424. The agent opens no "
                        "port without one."};
  table.begin = [&config](const ConfigPlace&) {
    config.syslogs.emplace_back();
    config.pipeline.syslogs.emplace_back();
  };
  table.keys.push_back({.name = "listen",
                        .meaning = "`\"udp://127.0.0.1:514\"`, `\"tcp://[::]:514\"`.",
                        .apply = TakingText([&config](const std::string& text) {
                          return SetListener(text, config.syslogs);
                        }),
                        .required = true});
  table.keys.push_back({.name = "receive_buffer",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"8MiB\"",
                        .meaning = "Of the socket; what bursts fill it is lost and counted. The "
                                   "kernel's `rmem_max` limits it.",
                        .apply = Taking<std::uint64_t>([&config](std::uint64_t bytes) {
                          config.syslogs.back().receive_buffer_bytes = bytes;
                        }),
                        .least = 64 << 10,
                        .most = 1 << 30});
  AddLineKeys(table, config.pipeline.syslogs, config.site_formats.get());
  return table;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {
namespace {

constexpr std::size_t kTokenBytesMin = 16;  // of a secret that others may guess at

}  // namespace

ConfigTable HttpTable(AgentConfig& config) {
  ConfigTable table{.name = "input.http",
                    .repeated = true,
                    .meaning =
                        "Events by HTTP POST, one JSON object a line or an array of them; "
                        "answered when they are in the buffer."};
  table.begin = [&config](const ConfigPlace&) {
    config.https.emplace_back();
    config.http_lines.emplace_back();
  };
  table.keys.push_back(
      {.name = "listen",
       .meaning = "`\"http://127.0.0.1:8088\"`, `\"http://[::1]:8088\"`; an address that other "
                  "machines reach wants a `token`.",
       .apply = TakingText([&config](const std::string& text) {
         absl::StatusOr<HttpListener> listener = ParseHttpListener(text);
         if (!listener.ok()) return Complaint(listener.status());
         config.https.back().address = listener->address;
         config.https.back().port = listener->port;
         return std::string();
       }),
       .required = true});
  table.keys.push_back({.name = "token",
                        .fallback = "\"\"",
                        .meaning = "What senders say as `Authorization: Bearer TOKEN`; nothing is "
                                   "asked for where it is empty.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.https.back().token = text;
                          return text.empty() || text.size() >= kTokenBytesMin
                                     ? std::string()
                                     : std::string("a token has at least 16 characters");
                        })});
  AddLineKeys(table, config.http_lines, config.site_formats.get());
  return table;
}

}  // namespace dims

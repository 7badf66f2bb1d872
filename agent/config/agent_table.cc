// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"
#include "common/event/tlp.h"

namespace dims {

ConfigTable AgentTable(AgentConfig& config) {
  ConfigTable table{.name = "agent", .meaning = "What holds for everything this site sends."};
  table.keys.push_back(
      {.name = "tlp",
       .kind = ConfigKind::kChoice,
       .fallback = "\"amber\"",
       .meaning = "Traffic Light Protocol label: who may see the events.",
       .apply = TakingText([&config](const std::string& text) { config.tlp = text; }),
       .choices = {}});
  for (const absl::string_view name : kTlpNames) {
    table.keys.back().choices.emplace_back(name);
  }
  table.keys.push_back({.name = "tags",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Added to the tags of every event.",
                        .apply = TakingList([&config](const std::vector<std::string>& list) {
                          config.tags = list;
                          return CheckTags(config.tags);
                        })});
  table.keys.push_back({.name = "policy",
                        .fallback = "",
                        .meaning = "A file that says what may leave the site, as "
                                   "`\"/etc/dims-agent/policy.toml\"`; see "
                                   "[policy.md](policy.md). Without it everything does.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.policy_path = text;
                          return absl::StartsWith(text, "/")
                                     ? std::string()
                                     : absl::StrCat("\"", text, "\" is no absolute path");
                        })});
  return table;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"
#include "common/event/tlp.h"

namespace dims {
namespace {

constexpr std::size_t kParserPathsMax = 64;

std::string CheckParserPath(absl::string_view path) {
  if (std::string wrong = CheckAbsolute(path); !wrong.empty()) return wrong;
  const absl::string_view directory = path.substr(0, path.rfind('/'));
  if (directory.find_first_of("*?[") == directory.npos) return "";
  return absl::StrCat("\"", path, "\": only the last part of a path may have * and ?");
}

ConfigKey ParsersKey(AgentConfig& config) {
  return {.name = "parsers",
          .kind = ConfigKind::kTextList,
          .fallback = "[]",
          .meaning =
              "Files of parsers that the site makes itself, as "
              "`[\"/etc/dims-agent/parsers/*.toml\"]`; see "
              "[site_parsers.md](site_parsers.md).",
          .apply = TakingList([&config](const std::vector<std::string>& list) {
            for (const std::string& path : list) {
              const std::string wrong = CheckParserPath(path);
              if (!wrong.empty()) return wrong;
            }
            config.parser_paths = list;
            return list.size() > kParserPathsMax ? absl::StrCat("more than ", kParserPathsMax) : "";
          })};
}

}  // namespace

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
                          return CheckAbsolute(text);
                        })});
  table.keys.push_back(ParsersKey(config));
  return table;
}

}  // namespace dims

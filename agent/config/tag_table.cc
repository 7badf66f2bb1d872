// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"
#include "common/filter/query.h"

namespace dims {
namespace {

constexpr std::size_t kPatternsMax = 256;

std::string TakeRuleTags(const std::vector<std::string>& tags, AgentConfig& config) {
  config.enrich.tags.back().tags = tags;
  if (tags.empty()) return "\"tags\" is empty";
  std::size_t bytes = 0;
  for (const TagRule& rule : config.enrich.tags) {
    for (const std::string& tag : rule.tags) bytes += tag.size();
  }
  if (config.enrich.tags.size() > kTagRulesMax) {
    return absl::StrCat("more than ", kTagRulesMax, " tables [[tag]]");
  }
  if (bytes > kTagRuleBytesMax) {
    return absl::StrCat("the tags of all [[tag]] have more than ", kTagRuleBytesMax, " bytes");
  }
  return CheckTags(tags);
}

std::string TakePatterns(const std::vector<std::string>& patterns, std::vector<std::string>& out) {
  out = patterns;
  return patterns.size() > kPatternsMax ? absl::StrCat("more than ", kPatternsMax, " patterns")
                                        : "";
}

std::string TakeMatch(const std::string& text, TagRule& rule) {
  absl::StatusOr<FilterNode> filter = ParseFilter(text);
  if (!filter.ok()) return absl::StrCat("no filter:\n", std::string(filter.status().message()));
  rule.match = *std::move(filter);
  return "";
}

}  // namespace

ConfigTable TagTable(AgentConfig& config) {
  ConfigTable table{.name = "tag",
                    .repeated = true,
                    .meaning =
                        "Tags for events that fit everything that is set here; without any "
                        "condition, for all."};
  table.begin = [&config](const ConfigPlace&) { config.enrich.tags.emplace_back(); };
  table.keys.push_back({.name = "tags",
                        .kind = ConfigKind::kTextList,
                        .meaning = "Added to `tags`, as `[\"pci\"]`.",
                        .apply = TakingList([&config](const std::vector<std::string>& tags) {
                          return TakeRuleTags(tags, config);
                        }),
                        .required = true});
  table.keys.push_back({.name = "hosts",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Names in `host.name`, with `*` and `?`, any case.",
                        .apply = TakingList([&config](const std::vector<std::string>& patterns) {
                          return TakePatterns(patterns, config.enrich.tags.back().hosts);
                        })});
  table.keys.push_back({.name = "inputs",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Paths of files, addresses of senders or, as "
                                   "`\"journal:*\"`, sources, with `*` and `?`.",
                        .apply = TakingList([&config](const std::vector<std::string>& patterns) {
                          return TakePatterns(patterns, config.enrich.tags.back().inputs);
                        })});
  table.keys.push_back({.name = "match",
                        .fallback = "",
                        .meaning = "A filter in the [query language](query_language.md), as "
                                   "`'destination.port:5432'`.",
                        .apply = TakingText([&config](const std::string& text) {
                          return TakeMatch(text, config.enrich.tags.back());
                        })});
  return table;
}

}  // namespace dims

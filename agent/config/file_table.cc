// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {
namespace {

std::string SetPaths(const std::vector<std::string>& paths, FileInputOptions& file) {
  if (paths.empty()) return "\"paths\" is empty";
  for (const std::string& path : paths) {
    if (std::string wrong = CheckAbsolute(path); !wrong.empty()) return wrong;
  }
  file.paths = paths;
  return "";
}

std::string SetRecordStart(const std::string& pattern, FileInputOptions& file) {
  const auto rule = RecordRule::StartingWith(pattern);
  if (!rule.ok()) return std::string(rule.status().message());
  file.records = *rule;
  return "";
}

void AddReadingKeys(ConfigTable& table, AgentConfig& config) {
  table.keys.push_back({.name = "exclude",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Patterns of paths, or of names without `/`, that are left out, "
                                   "as `[\"*.gz\"]`.",
                        .apply = TakingList([&config](const std::vector<std::string>& list) {
                          config.files.back().exclude = list;
                          return std::string();
                        })});
  table.keys.push_back({.name = "multiline",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"off\"",
                        .meaning = "`\"indented\"`: lines that begin with white space continue the "
                                   "event before them. See [files.md](files.md).",
                        .apply = TakingText([&config](const std::string& text) {
                          if (text == "indented")
                            config.files.back().records = RecordRule::Indented();
                        }),
                        .choices = {"off", "indented"}});
  table.keys.push_back({.name = "multiline_start",
                        .kind = ConfigKind::kText,
                        .fallback = "",
                        .meaning = "A regular expression (RE2), as `'^\\d{4}-'`: an event begins "
                                   "with each line in which it is found, the others continue it.",
                        .apply = TakingText([&config](const std::string& text) {
                          return SetRecordStart(text, config.files.back());
                        })});
}

}  // namespace

ConfigTable FileTable(AgentConfig& config) {
  ConfigTable table{.name = "input.file", .repeated = true, .meaning = "Log files to follow."};
  table.begin = [&config](const ConfigPlace&) {
    config.files.emplace_back();
    config.pipeline.files.emplace_back();
  };
  table.keys.push_back({.name = "paths",
                        .kind = ConfigKind::kTextList,
                        .meaning = "Absolute paths, with `*`, `?` and `[]` as in a shell. Rotated "
                                   "and compressed copies need not be named; gzip archives that "
                                   "are, are read once. See [files.md](files.md).",
                        .apply = TakingList([&config](const std::vector<std::string>& list) {
                          return SetPaths(list, config.files.back());
                        }),
                        .required = true});
  table.keys.push_back({.name = "start",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"beginning\"",
                        .meaning = "Where to begin in files that are there when they are first "
                                   "looked at; later ones are read from their start.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.files.back().start =
                              text == "end" ? FileStart::kEnd : FileStart::kBeginning;
                        }),
                        .choices = {"beginning", "end"}});
  AddReadingKeys(table, config);
  AddLineKeys(table, config.pipeline.files, config.site_formats.get());
  return table;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {

ConfigTable JournalTable(AgentConfig& config) {
  ConfigTable table{.name = "input.journald",
                    .repeated = true,
                    .meaning =
                        "The systemd journal, read in place; needs the group "
                        "`systemd-journal`."};
  table.begin = [&config](const ConfigPlace&) {
    config.journals.emplace_back();
    config.journal_lines.emplace_back().journal = true;
  };
  table.keys.push_back({.name = "directory",
                        .fallback = "\"\"",
                        .meaning = "Of journal files, absolute; without it this machine's own "
                                   "journal.",
                        .apply = TakingText([&config](const std::string& text) {
                          return TakePath(text, config.journals.back().directory);
                        })});
  table.keys.push_back({.name = "start",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"beginning\"",
                        .meaning = "Where to begin when the journal is first looked at.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.journals.back().start =
                              text == "end" ? JournalStart::kEnd : JournalStart::kBeginning;
                        }),
                        .choices = {"beginning", "end"}});
  AddTagsKey(table, config.journal_lines);
  return table;
}

}  // namespace dims

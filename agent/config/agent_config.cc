// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_config.h"

#include <fnmatch.h>

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/config/line_keys.h"
#include "common/event/tlp.h"

namespace dims {
namespace {

constexpr std::size_t kTokenBytesMin = 16;  // of a secret that others may guess at

std::string Text(const ConfigValue& value) {
  return std::get<std::string>(value);
}

std::uint64_t Bytes(const ConfigValue& value) {
  return std::get<std::uint64_t>(value);
}

absl::Duration Span(const ConfigValue& value) {
  return std::get<absl::Duration>(value);
}

std::vector<std::string> List(const ConfigValue& value) {
  return std::get<std::vector<std::string>>(value);
}

std::string CheckTags(const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) {
    if (tag.empty() || tag.size() > 64) return "a tag has 1 to 64 characters";
  }
  return tags.size() > 32 ? "more than 32 tags" : "";
}

std::string SetPaths(const std::vector<std::string>& paths, FileInputOptions& file) {
  if (paths.empty()) return "\"paths\" is empty";
  for (const std::string& path : paths) {
    if (!absl::StartsWith(path, "/")) {
      return absl::StrCat("\"", path, "\" is no absolute path");
    }
  }
  file.paths = paths;
  return "";
}

// What an apply function says of a status: "" when all is well.
std::string Complaint(const absl::Status& status) {
  return std::string(status.message());
}

// `all` is looked up when a key is applied, as the list may grow.
void AddTagsKey(ConfigTable& table, std::vector<LineSettings>& all) {
  table.keys.push_back({.name = "tags",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Added to the tags of every event of this input.",
                        .apply = [&all](const ConfigValue& value) {
                          all.back().tagger.tags = List(value);
                          return CheckTags(List(value));
                        }});
}

// The keys of every input of lines.
void AddLineKeys(ConfigTable& table, std::vector<LineSettings>& all) {
  AddTagsKey(table, all);
  table.keys.push_back({.name = "format",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"auto\"",
                        .meaning = "How lines are read; `auto` finds out line by line.",
                        .apply =
                            [&all](const ConfigValue& value) {
                              return Complaint(SetLineFormat(Text(value), all.back()));
                            },
                        .choices = LineFormatNames()});
  table.keys.push_back({.name = "timezone",
                        .fallback = "\"local\"",
                        .meaning = "Of times that name no zone, as `\"Europe/Berlin\"`; `local` is "
                                   "the machine's.",
                        .apply = [&all](const ConfigValue& value) {
                          return Complaint(SetLineZone(Text(value), all.back()));
                        }});
}

ConfigTable AgentTable(AgentConfig& config) {
  ConfigTable table{.name = "agent", .meaning = "What holds for everything this site sends."};
  table.keys.push_back({.name = "tlp",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"amber\"",
                        .meaning = "Traffic Light Protocol label: who may see the events.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.tlp = Text(value);
                              return std::string();
                            },
                        .choices = {}});
  for (const absl::string_view name : kTlpNames) {
    table.keys.back().choices.emplace_back(name);
  }
  table.keys.push_back({.name = "tags",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Added to the tags of every event.",
                        .apply = [&config](const ConfigValue& value) {
                          config.tags = List(value);
                          return CheckTags(config.tags);
                        }});
  table.keys.push_back({.name = "policy",
                        .fallback = "",
                        .meaning = "A file that says what may leave the site, as "
                                   "`\"/etc/dims-agent/policy.toml\"`; see "
                                   "[policy.md](policy.md). Without it everything does.",
                        .apply = [&config](const ConfigValue& value) {
                          config.policy_path = Text(value);
                          return absl::StartsWith(Text(value), "/")
                                     ? std::string()
                                     : absl::StrCat("\"", Text(value), "\" is no absolute path");
                        }});
  return table;
}

ConfigTable FileTable(AgentConfig& config) {
  ConfigTable table{.name = "input.file", .repeated = true, .meaning = "Log files to follow."};
  table.begin = [&config](const ConfigPlace&) {
    config.files.emplace_back();
    config.pipeline.files.emplace_back();
  };
  table.keys.push_back({.name = "paths",
                        .kind = ConfigKind::kTextList,
                        .meaning = "Absolute paths, with `*`, `?` and `[]` as in a shell. Rotated "
                                   "and compressed copies need not be named.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              return SetPaths(List(value), config.files.back());
                            },
                        .required = true});
  table.keys.push_back({.name = "start",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"beginning\"",
                        .meaning = "Where to begin in files that are there when they are first "
                                   "looked at; later ones are read from their start.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.files.back().start =
                                  Text(value) == "end" ? FileStart::kEnd : FileStart::kBeginning;
                              return std::string();
                            },
                        .choices = {"beginning", "end"}});
  AddLineKeys(table, config.pipeline.files);
  return table;
}

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
                        .apply = [&config](const ConfigValue& value) {
                          config.journals.back().directory = Text(value);
                          return Text(value).empty() || absl::StartsWith(Text(value), "/")
                                     ? std::string()
                                     : absl::StrCat("\"", Text(value), "\" is no absolute path");
                        }});
  table.keys.push_back({.name = "start",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"beginning\"",
                        .meaning = "Where to begin when the journal is first looked at.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.journals.back().start = Text(value) == "end"
                                                                 ? JournalStart::kEnd
                                                                 : JournalStart::kBeginning;
                              return std::string();
                            },
                        .choices = {"beginning", "end"}});
  AddTagsKey(table, config.journal_lines);
  return table;
}

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
       .apply =
           [&config](const ConfigValue& value) {
             absl::StatusOr<HttpListener> listener = ParseHttpListener(Text(value));
             if (!listener.ok()) return Complaint(listener.status());
             config.https.back().address = listener->address;
             config.https.back().port = listener->port;
             return std::string();
           },
       .required = true});
  table.keys.push_back({.name = "token",
                        .fallback = "\"\"",
                        .meaning = "What senders say as `Authorization: Bearer TOKEN`; nothing is "
                                   "asked for where it is empty.",
                        .apply = [&config](const ConfigValue& value) {
                          config.https.back().token = Text(value);
                          return Text(value).empty() || Text(value).size() >= kTokenBytesMin
                                     ? std::string()
                                     : std::string("a token has at least 16 characters");
                        }});
  AddLineKeys(table, config.http_lines);
  return table;
}

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
  table.keys.push_back(
      {.name = "listen",
       .meaning = "`\"udp://127.0.0.1:514\"`, `\"tcp://[::]:514\"`.",
       .apply =
           [&config](const ConfigValue& value) { return SetListener(Text(value), config.syslogs); },
       .required = true});
  table.keys.push_back({.name = "receive_buffer",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"8MiB\"",
                        .meaning = "Of the socket; what bursts fill it is lost and counted. The "
                                   "kernel's `rmem_max` limits it.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.syslogs.back().receive_buffer_bytes = Bytes(value);
                              return std::string();
                            },
                        .least = 64 << 10,
                        .most = 1 << 30});
  AddLineKeys(table, config.pipeline.syslogs);
  return table;
}

ConfigTable BufferTable(AgentConfig& config) {
  ConfigTable table{.name = "buffer",
                    .meaning =
                        "The queue on this machine's disk, `buffer.db` in the state "
                        "directory."};
  table.keys.push_back({.name = "size_max",
                        .kind = ConfigKind::kBytes,
                        .fallback = "",
                        .meaning = "Of the file; without it 4 GiB or a tenth of the volume, "
                                   "whichever is less.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.buffer.bytes_max = Bytes(value);
                              return std::string();
                            },
                        .least = 8 << 20,
                        .most = std::int64_t{1} << 44});
  table.keys.push_back({.name = "keep_acked",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"24h\"",
                        .meaning = "How long events that the server has are kept, to refill it "
                                   "after it was restored from a backup.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.buffer.keep_acked = Span(value);
                              return std::string();
                            },
                        .most = std::int64_t{365} * 86'400'000});
  table.keys.push_back({.name = "keep_acked_size",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"256MiB\"",
                        .meaning = "How much of them is kept at most.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.buffer.keep_acked_bytes = Bytes(value);
                              return std::string();
                            },
                        .most = std::int64_t{1} << 44});
  table.keys.push_back({.name = "free_space_min",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"64MiB\"",
                        .meaning = "Nothing is accepted when less is free on the volume.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.buffer.volume_free_bytes_min = Bytes(value);
                              return std::string();
                            },
                        .most = std::int64_t{1} << 44});
  return table;
}

ConfigTable ForwardTable(AgentConfig& config) {
  ConfigTable table{.name = "forward", .meaning = "The connection to the server."};
  table.keys.push_back({.name = "progress_timeout",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"60s\"",
                        .meaning = "A stream on which nothing moves for this long is given up and "
                                   "opened again.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.forward.progress_timeout = Span(value);
                              return std::string();
                            },
                        .least = 100,
                        .most = 3'600'000});
  table.keys.push_back({.name = "longest_backoff",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"2min\"",
                        .meaning = "The longest pause between attempts to connect.",
                        .apply =
                            [&config](const ConfigValue& value) {
                              config.forward.longest_backoff = Span(value);
                              return std::string();
                            },
                        .least = 100,
                        .most = 3'600'000});
  return table;
}

void AddError(absl::string_view name, std::string message, std::string hint, ConfigReport& report) {
  ConfigProblem problem;
  problem.place.file = std::string(name);
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  report.Add(std::move(problem));
}

// True when a file that `pattern` matches may be `own`, or lie below it.
bool Reads(const std::string& pattern, const std::string& own) {
  if (absl::StartsWith(pattern, absl::StrCat(own, "/"))) return true;
  if (::fnmatch(pattern.c_str(), own.c_str(), FNM_PATHNAME) == 0) return true;
  const std::string directory = pattern.substr(0, pattern.rfind('/'));
  return ::fnmatch(directory.c_str(), own.c_str(), FNM_PATHNAME) == 0;
}

void CheckOwnPaths(absl::string_view name, const AgentConfig& config,
                   const std::vector<std::string>& own_paths, ConfigReport& report) {
  for (const FileInputOptions& file : config.files) {
    for (const std::string& pattern : file.paths) {
      for (const std::string& own : own_paths) {
        if (own.empty() || !Reads(pattern, own)) continue;
        AddError(name,
                 absl::StrCat("[input.file] \"", pattern, "\" would read the agent's own ", own),
                 "each line read would make another one; name other paths", report);
      }
    }
  }
}

// One journal read twice would be in the store twice.
void CheckJournals(absl::string_view name, const AgentConfig& config, ConfigReport& report) {
  std::set<std::string> directories;
  for (const JournalInputOptions& journal : config.journals) {
    if (directories.insert(journal.directory).second) continue;
    AddError(name, absl::StrCat("[input.journald] \"", journal.directory, "\" stands twice"),
             "one input reads all of a journal", report);
  }
}

// Its problems are in the report: a policy that is not understood must not be guessed at.
void LoadPolicy(AgentConfig& config, ConfigReport& report) {
  if (!absl::StartsWith(config.policy_path, "/")) return;
  absl::StatusOr<PolicyConfig> policy = LoadPolicyConfig(config.policy_path, report);
  if (!policy.ok()) return;
  config.policy = *std::move(policy);
  config.effective.insert(config.effective.end(), config.policy.effective.begin(),
                          config.policy.effective.end());
}

// Whoever reaches the port may put events into the site's name.
void CheckHttp(absl::string_view name, const AgentConfig& config, ConfigReport& report) {
  for (const HttpListener& listener : config.https) {
    if (listener.IsLoopback() || !listener.token.empty()) continue;
    AddError(name,
             absl::StrCat("[input.http] ", listener.Text(),
                          " is reached from other machines and "
                          "has no token"),
             "add token = \"...\", or listen on 127.0.0.1", report);
  }
}

// What needs all of the configuration.
absl::StatusOr<AgentConfig> Complete(absl::string_view name, AgentConfig config,
                                     const std::vector<std::string>& own_paths,
                                     ConfigReport& report) {
  CheckOwnPaths(name, config, own_paths, report);
  CheckJournals(name, config, report);
  LoadPolicy(config, report);
  CheckHttp(name, config, report);
  if (config.files.empty() && config.syslogs.empty() && config.journals.empty() &&
      config.https.empty() && report.errors() == 0) {
    ConfigProblem problem;
    problem.severity = ConfigProblem::Severity::kWarning;
    problem.place.file = std::string(name);
    problem.message = "there is no input: nothing will be sent";
    problem.hint = "add [[input.file]], [[input.journald]], [[input.http]] or [[input.syslog]]";
    report.Add(std::move(problem));
  }
  if (report.errors() > 0) return absl::InvalidArgumentError(report.Text());
  for (std::size_t n = 0; n < config.journals.size(); ++n) {
    config.journals[n].input = static_cast<std::uint32_t>(config.pipeline.files.size());
    config.pipeline.files.push_back(std::move(config.journal_lines[n]));
  }
  config.journal_lines.clear();
  for (std::size_t n = 0; n < config.https.size(); ++n) {
    config.https[n].input = static_cast<std::uint32_t>(config.pipeline.files.size());
    config.pipeline.files.push_back(std::move(config.http_lines[n]));
  }
  config.http_lines.clear();
  for (auto* const inputs : {&config.pipeline.files, &config.pipeline.syslogs}) {
    for (LineSettings& lines : *inputs) {
      lines.tagger.tlp = config.tlp;
      lines.tagger.tags.insert(lines.tagger.tags.begin(), config.tags.begin(), config.tags.end());
    }
  }
  return config;
}

}  // namespace

ConfigDescription DescribeAgentConfig(AgentConfig& config) {
  ConfigDescription description;
  description.program = "dims-agent";
  description.tables = {AgentTable(config),  FileTable(config),   JournalTable(config),
                        HttpTable(config),   SyslogTable(config), BufferTable(config),
                        ForwardTable(config)};
  return description;
}

absl::StatusOr<AgentConfig> LoadAgentConfig(const std::string& path,
                                            const std::vector<std::string>& own_paths,
                                            ConfigReport& report) {
  AgentConfig config;
  config.effective = ReadConfig(path, DescribeAgentConfig(config), report);
  return Complete(path, std::move(config), own_paths, report);
}

absl::StatusOr<AgentConfig> ParseAgentConfig(const std::string& name, const std::string& text,
                                             const std::vector<std::string>& own_paths,
                                             ConfigReport& report) {
  AgentConfig config;
  config.effective = ReadConfigText(name, text, DescribeAgentConfig(config), report);
  return Complete(name, std::move(config), own_paths, report);
}

std::string AgentConfigPage() {
  AgentConfig config;
  return absl::StrCat(
      "# Configuration of dims-agent\n\n"
      "A TOML file, given by `--config`; files `conf.d/*.toml` beside it are read after it, in "
      "order "
      "of name. Tables in\ndouble brackets may stand several times and add up; a key that two "
      "files "
      "set is an error. Unknown keys, wrong units\nand values out of range are refused, all at "
      "once. "
      "`dims-agent check-config` checks it, `--print-effective` shows\neach value and where it "
      "comes "
      "from. Sizes are whole numbers with `B KiB MiB GiB TiB` (or `KB MB GB TB`), times with\n"
      "`ms s min h d`, both in quotes. This page is made from the same description as the "
      "checks.\n\n",
      ConfigReferencePage(DescribeAgentConfig(config)));
}

}  // namespace dims

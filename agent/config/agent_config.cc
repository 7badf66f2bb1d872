// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_config.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/config/agent_tables.h"

namespace dims {
namespace {

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
                   std::vector<std::string> own_paths, ConfigReport& report) {
  for (const OutputOptions& output : config.outputs) own_paths.push_back(output.path);
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

// Whoever may write it decides what leaves the site.
void CheckWriters(const std::string& path, ConfigReport& report) {
  struct stat found {};

  if (::stat(path.c_str(), &found) != 0 || (found.st_mode & S_IWOTH) == 0) return;
  AddError(path,
           absl::StrFormat("%s: mode %04o lets anybody write it", path, found.st_mode & 07777u),
           absl::StrCat("chmod o-w ", path), report);
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

// A configuration of which only the site's parsers are read: their names are what an input's
// `format` may be, wherever it stands.
AgentConfig WithParsers(const std::function<void(const ConfigDescription&, ConfigReport&)>& read,
                        ConfigReport& report) {
  AgentConfig first;
  ConfigReport said_again_later;
  read(DescribeAgentConfig(first), said_again_later);
  AgentConfig config;
  config.site_formats = LoadSiteFormats(first.parser_paths, report);
  config.pipeline.site_formats = config.site_formats;
  return config;
}

// Their counts and files would be mixed up.
void CheckOutputs(absl::string_view name, const AgentConfig& config, ConfigReport& report) {
  std::set<std::string> names;
  for (const OutputOptions& output : config.outputs) {
    if (names.insert(output.Name()).second) continue;
    AddError(name, absl::StrCat("an output to \"", output.Name(), "\" stands twice"),
             "put what both want into one \"where\"", report);
  }
}

// How people call the inputs where something is counted by them.
void NameInputs(AgentConfig& config) {
  for (std::size_t n = 0; n < config.files.size(); ++n) {
    config.pipeline.files[n].name = absl::StrJoin(config.files[n].paths, ", ");
  }
  for (std::size_t n = 0; n < config.journals.size(); ++n) {
    config.journal_lines[n].name = config.journals[n].Source();
  }
  for (std::size_t n = 0; n < config.https.size(); ++n) {
    config.http_lines[n].name = config.https[n].Text();
  }
  for (std::size_t n = 0; n < config.syslogs.size(); ++n) {
    config.pipeline.syslogs[n].name = config.syslogs[n].Text();
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
  CheckOutputs(name, config, report);
  CheckSyslogTls(config, report);
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
  NameInputs(config);
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
  description.tables = {AgentTable(config),        FileTable(config),    JournalTable(config),
                        HttpTable(config),         SyslogTable(config),  SyslogSenderTable(config),
                        BufferTable(config),       ForwardTable(config), EnrichTable(config),
                        NatTable(config),          TagTable(config),     FileOutputTable(config),
                        SyslogOutputTable(config), MetricsTable(config)};
  return description;
}

absl::StatusOr<AgentConfig> LoadAgentConfig(const std::string& path,
                                            const std::vector<std::string>& own_paths,
                                            ConfigReport& report) {
  AgentConfig config =
      WithParsers([&](const ConfigDescription& description,
                      ConfigReport& unread) { ReadConfig(path, description, unread); },
                  report);
  config.effective = ReadConfig(path, DescribeAgentConfig(config), report);
  CheckWriters(path, report);
  if (!config.policy_path.empty()) CheckWriters(config.policy_path, report);
  return Complete(path, std::move(config), own_paths, report);
}

absl::StatusOr<AgentConfig> ParseAgentConfig(const std::string& name, const std::string& text,
                                             const std::vector<std::string>& own_paths,
                                             ConfigReport& report) {
  AgentConfig config =
      WithParsers([&](const ConfigDescription& description,
                      ConfigReport& unread) { ReadConfigText(name, text, description, unread); },
                  report);
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

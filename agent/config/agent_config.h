// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/buffer/buffer_options.h"
#include "agent/enrich/enrich_config.h"
#include "agent/http/http_listener.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/journal_input.h"
#include "agent/inputs/syslog_listener.h"
#include "agent/output/output_options.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/policy/policy_config.h"
#include "agent/site_formats/site_formats.h"
#include "common/config/config_description.h"
#include "common/config/config_reader.h"
#include "common/config/config_report.h"

namespace dims {

// How the agent talks to the server; the rest of it comes with the identity.
struct ForwardConfig {
  absl::Duration progress_timeout = absl::Seconds(60);
  absl::Duration longest_backoff = absl::Minutes(2);
};

// Where the agent's numbers go for a Prometheus of the site. A value.
struct MetricsConfig {
  std::string textfile;  // empty: none
  std::optional<HttpListener> listener;

  friend bool operator==(const MetricsConfig&, const MetricsConfig&) = default;
};

// A checked configuration of dims-agent. A value.
struct AgentConfig {
  std::string tlp;
  std::vector<std::string> tags;
  std::string policy_path;                          // empty: everything leaves
  PolicyConfig policy;                              // what stands in it
  std::vector<std::string> parser_paths;            // files of parsers, with * and ? in the name
  std::shared_ptr<const SiteFormats> site_formats;  // what stands in them; null: not read yet
  std::vector<FileInputOptions> files;              // by InputChunk::input of what can wait
  std::vector<JournalInputOptions> journals;
  std::vector<HttpListener> https;
  std::vector<SyslogListener> syslogs;     // by InputChunk::input of streams and datagrams
  std::vector<ConfigPlace> syslog_places;  // where each stands
  PipelineOptions pipeline;  // the same order, journals and HTTP behind files; no policy
  std::vector<LineSettings> journal_lines;  // until they are moved behind those of files
  std::vector<LineSettings> http_lines;     // the same
  BufferOptions buffer;                     // without directory and agent
  ForwardConfig forward;
  EnrichConfig enrich;
  std::string nat_inside;   // of the [[enrich.nat]] at hand
  std::string nat_outside;  // the same
  MetricsConfig metrics;
  std::vector<OutputOptions> outputs;
  std::vector<EffectiveValue> effective;  // for --print-effective
};

// Everything that may stand in agent.toml, bound to `config`, which must outlive it.
ConfigDescription DescribeAgentConfig(AgentConfig& config);

// Reads `path` and conf.d/*.toml beside it. `own_paths` are the files and directories the agent
// itself writes (state directory, log): an input that would read them is refused, as it would feed
// itself. All problems go into `report`; InvalidArgument, with their text, when one is an error.
absl::StatusOr<AgentConfig> LoadAgentConfig(const std::string& path,
                                            const std::vector<std::string>& own_paths,
                                            ConfigReport& report);

// The same for a text.
absl::StatusOr<AgentConfig> ParseAgentConfig(const std::string& name, const std::string& text,
                                             const std::vector<std::string>& own_paths,
                                             ConfigReport& report);

// Warns of each configured file that is there and cannot be opened, with what stands in the way,
// and of paths that match no file.
void CheckReadable(const AgentConfig& config, ConfigReport& report);

// docs/agent_config.md.
std::string AgentConfigPage();

}  // namespace dims

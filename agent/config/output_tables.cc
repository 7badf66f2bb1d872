// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"
#include "common/filter/query.h"

namespace dims {
namespace {

constexpr std::uint64_t kRotatedMax = 1000;
constexpr std::size_t kReceiverNamesMax = 64;

std::string SetFilter(const std::string& text, OutputOptions& output) {
  if (text.empty()) return "";
  absl::StatusOr<FilterNode> filter = ParseFilter(text);
  if (!filter.ok()) return absl::StrCat("no filter:\n", std::string(filter.status().message()));
  output.where = text;
  output.filter = std::make_shared<const FilterNode>(*std::move(filter));
  return "";
}

std::string SetReceiverNames(const std::vector<std::string>& names, OutputOptions& output) {
  if (names.size() > kReceiverNamesMax) return absl::StrCat("more than ", kReceiverNamesMax);
  output.tls.peer_names = names;
  for (const std::string& name : names) {
    std::string wrong = CheckTlsPeerName(name);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// The keys of every output, bound to the last of them, which is looked up when a key is applied.
void AddOutputKeys(ConfigTable& table, std::vector<OutputOptions>& all) {
  table.keys.push_back({.name = "format",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"raw\"",
                        .meaning = "`raw` is the line as it was received, `json` one object of ECS "
                                   "fields; to syslog the object is the text of an RFC 5424 "
                                   "message.",
                        .apply = TakingText([&all](const std::string& format) {
                          all.back().format =
                              format == "json" ? OutputFormat::kJson : OutputFormat::kRaw;
                        }),
                        .choices = {"raw", "json"}});
  table.keys.push_back({.name = "policy",
                        .kind = ConfigKind::kBool,
                        .fallback = "false",
                        .meaning = "Whether the site's policy holds for this output too, as what "
                                   "it gets leaves the site; otherwise it gets what was received.",
                        .apply = Taking<bool>([&all](bool after_policy) {
                          all.back().after_policy = after_policy;
                        })});
  table.keys.push_back({.name = "where",
                        .fallback = "\"\"",
                        .meaning = "A filter of the query language, as `\"event.dataset:sshd\"`: "
                                   "only events that match; empty: all.",
                        .apply = TakingText([&all](const std::string& text) {
                          return SetFilter(text, all.back());
                        })});
  table.keys.push_back({.name = "queue",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"8MiB\"",
                        .meaning = "Memory for events that wait for this output; what does not fit "
                                   "is dropped for it alone, and counted.",
                        .apply = Taking<std::uint64_t>(
                            [&all](std::uint64_t bytes) { all.back().queue_bytes = bytes; }),
                        .least = 64 << 10,
                        .most = std::int64_t{1} << 30});
}

void AddTlsKeys(ConfigTable& table, std::vector<OutputOptions>& all) {
  const auto path = [&](const char* name, const char* meaning, std::string TlsFiles::*file) {
    table.keys.push_back({.name = name,
                          .fallback = "\"\"",
                          .meaning = meaning,
                          .apply = TakingText([&all, file](const std::string& value) {
                            return TakePath(value, all.back().tls.*file);
                          })});
  };
  path("ca", "tls: PEM file of who certified the receiver; empty: the system's authorities.",
       &TlsFiles::authorities);
  path("certificate", "tls: PEM file of a certificate to show, where the receiver asks for one.",
       &TlsFiles::certificate);
  path("key", "tls: PEM file of its key.", &TlsFiles::key);
  table.keys.push_back({.name = "peers",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "tls: names or fingerprints (`\"sha-256:6A:0F:...\"`) of which "
                                   "the receiver's certificate must have one; empty: the host of "
                                   "`to`.",
                        .apply = TakingList([&all](const std::vector<std::string>& names) {
                          return SetReceiverNames(names, all.back());
                        })});
}

}  // namespace

ConfigTable FileOutputTable(AgentConfig& config) {
  ConfigTable table{.name = "output.file",
                    .repeated = true,
                    .meaning =
                        "A file that gets every event beside the server; see "
                        "[outputs.md](outputs.md)."};
  table.begin = [&config](const ConfigPlace&) { config.outputs.emplace_back(); };
  table.keys.push_back({.name = "path",
                        .meaning = "Absolute. Made anew when it was renamed, and at SIGHUP.",
                        .apply = TakingText([&config](const std::string& path) {
                          return path.empty() ? "\"path\" is empty"
                                              : TakePath(path, config.outputs.back().path);
                        }),
                        .required = true});
  table.keys.push_back({.name = "size_max",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"0B\"",
                        .meaning = "The file is rotated here before it grows above this; 0: "
                                   "others do it.",
                        .apply = Taking<std::uint64_t>([&config](std::uint64_t bytes) {
                          config.outputs.back().size_max = bytes;
                        }),
                        .most = std::int64_t{1} << 44});
  table.keys.push_back({.name = "keep",
                        .kind = ConfigKind::kInteger,
                        .fallback = "5",
                        .meaning = "How many rotated files stay, as `FILE.1` (the newest) and on.",
                        .apply = Taking<std::int64_t>([&config](std::int64_t files) {
                          config.outputs.back().keep = static_cast<std::uint64_t>(files);
                        }),
                        .most = kRotatedMax});
  AddOutputKeys(table, config.outputs);
  return table;
}

ConfigTable SyslogOutputTable(AgentConfig& config) {
  ConfigTable table{.name = "output.syslog",
                    .repeated = true,
                    .meaning =
                        "A syslog receiver, such as a SIEM that was there before, that gets every "
                        "event beside the server; see [outputs.md](outputs.md)."};
  table.begin = [&config](const ConfigPlace&) { config.outputs.emplace_back(); };
  table.keys.push_back({.name = "to",
                        .meaning = "`\"tls://siem.example:6514\"`, `\"tcp://192.0.2.7:514\"`, "
                                   "`\"udp://[::1]:514\"`.",
                        .apply = TakingText([&config](const std::string& text) {
                          return Complaint(SetSyslogTarget(text, config.outputs.back()));
                        }),
                        .required = true});
  table.keys.push_back({.name = "framing",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"octets\"",
                        .meaning = "tcp and tls: the length before each message (RFC 5425, RFC "
                                   "6587), or `lines`: a line feed behind it.",
                        .apply = TakingText([&config](const std::string& framing) {
                          config.outputs.back().octet_counting = framing == "octets";
                        }),
                        .choices = {"octets", "lines"}});
  AddTlsKeys(table, config.outputs);
  AddOutputKeys(table, config.outputs);
  return table;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/status/status_file.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/durable_file.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "common/event/event_json.h"

namespace dims {
namespace {

constexpr std::size_t kStatusBytesMax = 1u << 20;
constexpr char kFileName[] = "/status.json";
constexpr std::size_t kUnparsedShownMax = 5;

std::string Quoted(absl::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

std::string Ago(std::int64_t then_ns, std::int64_t now_ns) {
  if (then_ns == 0) return "never";
  const double seconds = static_cast<double>(now_ns - then_ns) / 1e9;
  if (seconds < 120) return absl::StrFormat("%.0f s ago", seconds);
  if (seconds < 7200) return absl::StrFormat("%.0f min ago", seconds / 60);
  if (seconds < 172'800) return absl::StrFormat("%.0f h ago", seconds / 3600);
  return absl::StrFormat("%.0f d ago", seconds / 86'400);
}

std::string Moment(std::int64_t ns) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixNanos(ns), absl::UTCTimeZone());
}

// Fields keep their default where the file has none.
template <typename T>
void Take(simdjson::dom::object object, const char* name, T& out) {
  T value{};
  if (object[name].get(value) == simdjson::SUCCESS) out = value;
}

void Take(simdjson::dom::object object, const char* name, std::string& out) {
  std::string_view value;
  if (object[name].get(value) == simdjson::SUCCESS) out = std::string(value);
}

bool WriteAll(const std::string& path, int flags, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644));
  return file.valid() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string CountsJson(const std::map<std::string, std::uint64_t>& counts) {
  return absl::StrJoin(counts, ",", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, Quoted(entry.first), ":", entry.second);
  });
}

void TakeCounts(simdjson::dom::object object, const char* name,
                std::map<std::string, std::uint64_t>& out) {
  simdjson::dom::object counts;
  if (object[name].get(counts) != simdjson::SUCCESS) return;
  for (const auto field : counts) {
    std::uint64_t count = 0;
    if (field.value.get(count) == simdjson::SUCCESS) out.emplace(field.key, count);
  }
}

// Who may not send syslog, and who could not.
void AppendRefused(const AgentStatus& s, std::string& out) {
  for (const auto& [sender, times] : s.refused_senders) {
    absl::StrAppend(&out, "  REFUSED      ", EscapeControls(sender), " sent ", times,
                    " times and is not in \"allow\"\n");
  }
  if (s.syslog_handshakes_failed > 0) {
    absl::StrAppend(&out, "  tls          ", s.syslog_handshakes_failed,
                    " handshakes failed; the log names senders and reasons\n");
  }
  if (s.syslog_refused > 0) {
    absl::StrAppend(&out, "  syslog       ", s.syslog_refused,
                    " connections refused: too many at once\n");
  }
  if (s.syslog_kernel_drops > 0) {
    absl::StrAppend(&out, "  udp          ", s.syslog_kernel_drops,
                    " datagrams dropped by the kernel: raise receive_buffer and net.core.rmem_max"
                    "\n");
  }
}

// The sources with most lines that no format knows, and what to do about it.
void AppendUnparsed(const AgentStatus& s, std::string& out) {
  std::vector<std::pair<std::uint64_t, absl::string_view>> most;
  for (const auto& [origin, lines] : s.unparsed) most.emplace_back(lines, origin);
  std::sort(most.rbegin(), most.rend());
  if (most.size() > kUnparsedShownMax) most.resize(kUnparsedShownMax);
  for (const auto& [lines, origin] : most) {
    absl::StrAppend(&out, "  kept as text ", lines, " lines of ", EscapeControls(origin),
                    "; see what is read of them: dims-agent try FILE\n");
  }
}

std::string InputsJson(const AgentStatus& s) {
  std::vector<std::string> out;
  for (const auto& [name, input] : s.inputs) {
    out.push_back(
        absl::StrCat(Quoted(name), ":{\"rows\":", input.rows, ",\"bytes\":", input.bytes, "}"));
  }
  return absl::StrJoin(out, ",");
}

std::string OutputsJson(const AgentStatus& s) {
  std::vector<std::string> out;
  for (const auto& [name, output] : s.outputs) {
    out.push_back(absl::StrCat(
        Quoted(name), ":{\"rows\":", output.rows, ",\"dropped_rows\":", output.dropped_rows,
        ",\"waiting_bytes\":", output.waiting_bytes, ",\"trouble\":", Quoted(output.trouble), "}"));
  }
  return absl::StrJoin(out, ",");
}

std::string ListJson(const std::vector<std::string>& list) {
  std::vector<std::string> out;
  for (const std::string& text : list) out.push_back(Quoted(text));
  return absl::StrCat("[", absl::StrJoin(out, ","), "]");
}

std::string DirectivesJson(const DirectivesStatus& s) {
  return absl::StrCat("{\"version\":", s.version, ",\"allowed\":", Quoted(s.allowed),
                      ",\"active\":", ListJson(s.active), ",\"refused\":", ListJson(s.refused),
                      ",\"dropped_rows\":", s.dropped_rows, ",\"tagged_rows\":", s.tagged_rows,
                      "}");
}

void TakeList(simdjson::dom::object object, const char* name, std::vector<std::string>& out) {
  simdjson::dom::array array;
  if (object[name].get(array) != simdjson::SUCCESS) return;
  for (const auto element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) out.emplace_back(text);
  }
}

void TakeDirectives(simdjson::dom::object object, DirectivesStatus& s) {
  Take(object, "version", s.version);
  Take(object, "allowed", s.allowed);
  TakeList(object, "active", s.active);
  TakeList(object, "refused", s.refused);
  Take(object, "dropped_rows", s.dropped_rows);
  Take(object, "tagged_rows", s.tagged_rows);
}

// Nothing where the server asked for nothing.
void AppendDirectives(const DirectivesStatus& s, std::string& out) {
  if (s.active.empty() && s.refused.empty() && s.dropped_rows + s.tagged_rows == 0) return;
  absl::StrAppend(&out, "  directives   of the server, taken: ", s.allowed,
                  "; not sent: ", s.dropped_rows, " events; tagged: ", s.tagged_rows, "\n");
  for (const std::string& line : s.active) {
    absl::StrAppend(&out, "    active     ", EscapeControls(line), "\n");
  }
  for (const std::string& line : s.refused) {
    absl::StrAppend(&out, "    refused    ", EscapeControls(line), "\n");
  }
}

void TakeInputs(simdjson::dom::object all, AgentStatus& s) {
  for (const auto field : all) {
    simdjson::dom::object object;
    if (field.value.get(object) != simdjson::SUCCESS) continue;
    InputStatus& input = s.inputs[std::string(field.key)];
    Take(object, "rows", input.rows);
    Take(object, "bytes", input.bytes);
  }
}

void TakeOutputs(simdjson::dom::object all, AgentStatus& s) {
  for (const auto field : all) {
    simdjson::dom::object object;
    if (field.value.get(object) != simdjson::SUCCESS) continue;
    OutputStatus& output = s.outputs[std::string(field.key)];
    Take(object, "rows", output.rows);
    Take(object, "dropped_rows", output.dropped_rows);
    Take(object, "waiting_bytes", output.waiting_bytes);
    Take(object, "trouble", output.trouble);
  }
}

void AppendOutputs(const AgentStatus& s, std::string& out) {
  for (const auto& [name, output] : s.outputs) {
    absl::StrAppend(&out, "  output       ", EscapeControls(name), ": ", output.rows,
                    " events written, ", output.dropped_rows, " dropped");
    if (!output.trouble.empty()) {
      absl::StrAppend(&out, "; NOT TAKING: ", EscapeControls(output.trouble));
    }
    absl::StrAppend(&out, "\n");
  }
}

// For a full volume, of which people want to hear: over the old text, whose blocks are there. A
// reader may meet it half written; spaces cover what the old text has more.
bool WriteInPlace(const std::string& path, std::string text) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kStatusBytesMax) return false;
  text.resize(std::max<std::size_t>(text.size(), size), ' ');
  return WriteAll(path, 0, text);
}

}  // namespace

std::string StatusJson(const AgentStatus& s) {
  std::vector<std::string> unreadable;
  for (const auto& [path, reason] : s.unreadable) {
    unreadable.push_back(absl::StrCat(Quoted(path), ":", Quoted(reason)));
  }
  std::vector<std::string> enrichment;
  for (const auto& [path, state] : s.enrichment) {
    enrichment.push_back(absl::StrCat(Quoted(path), ":", Quoted(state)));
  }
  return absl::StrCat(
      "{\"running\":", s.running ? "true" : "false", ",\"written_ns\":", s.written_ns,
      ",\"started_ns\":", s.started_ns, ",\"site\":", Quoted(s.site),
      ",\"agent\":", Quoted(s.agent), ",\"server\":", Quoted(s.server),
      ",\"connection\":", Quoted(s.connection), ",\"connection_since_ns\":", s.connection_since_ns,
      ",\"last_ack_ns\":", s.last_ack_ns, ",\"last_error\":", Quoted(s.last_error),
      ",\"certificate_until_ns\":", s.certificate_until_ns,
      ",\"server_clock_offset_s\":", absl::StrFormat("%.3f", s.server_clock_offset_s),
      ",\"waiting_rows\":", s.waiting_rows, ",\"waiting_bytes\":", s.waiting_bytes,
      ",\"oldest_waiting_ns\":", s.oldest_waiting_ns, ",\"ring_bytes\":", s.ring_bytes,
      ",\"buffer_file_bytes\":", s.buffer_file_bytes, ",\"lost_rows\":", s.lost_rows,
      ",\"quarantined_rows\":", s.quarantined_rows, ",\"paused\":", s.paused ? "true" : "false",
      ",\"rows\":", s.rows, ",\"policy_dropped_rows\":", s.policy_dropped_rows,
      ",\"policy_redacted_rows\":", s.policy_redacted_rows, ",\"files_watched\":", s.files_watched,
      ",\"directives\":", DirectivesJson(s.directives), ",\"inputs\":{", InputsJson(s),
      "},\"outputs\":{", OutputsJson(s), "},\"unreadable\":{", absl::StrJoin(unreadable, ","),
      "},\"syslog_kernel_drops\":", s.syslog_kernel_drops, ",\"syslog_refused\":", s.syslog_refused,
      ",\"syslog_handshakes_failed\":", s.syslog_handshakes_failed, ",\"refused_senders\":{",
      CountsJson(s.refused_senders), "},\"unparsed\":{", CountsJson(s.unparsed),
      "},\"enrichment\":{", absl::StrJoin(enrichment, ","), "}}");
}

std::string StatusText(const AgentStatus& s, std::int64_t now_ns) {
  std::string out =
      absl::StrCat("agent ", s.agent, " of site ", s.site, s.running ? "" : " (not running)", "\n");
  absl::StrAppend(&out, "  server       ", s.server, ": ", s.connection, " since ",
                  Ago(s.connection_since_ns, now_ns), ", last ack ", Ago(s.last_ack_ns, now_ns),
                  "\n");
  if (!s.last_error.empty())
    absl::StrAppend(&out, "  last error   ", EscapeControls(s.last_error), "\n");
  absl::StrAppend(
      &out, "  waiting      ", s.waiting_rows, " events, ", s.waiting_bytes >> 10, " KiB",
      s.oldest_waiting_ns != 0 ? absl::StrCat(", the oldest from ", Moment(s.oldest_waiting_ns))
                               : "",
      s.paused ? "; BUFFER FULL: files wait" : "", "\n");
  absl::StrAppend(&out, "  losses       ", s.lost_rows, " events lost, ", s.quarantined_rows,
                  " refused by the server\n");
  if (s.certificate_until_ns != 0) {
    absl::StrAppend(&out, "  certificate  until ", Moment(s.certificate_until_ns), "\n");
  }
  if (std::abs(s.server_clock_offset_s) > 30) {
    absl::StrAppend(&out, "  clock        ", absl::StrFormat("%.0f", s.server_clock_offset_s),
                    " s apart from the server's: set this machine's clock\n");
  }
  absl::StrAppend(&out, "  inputs       ", s.rows, " events taken in, ", s.files_watched,
                  " files watched\n");
  if (s.policy_dropped_rows + s.policy_redacted_rows > 0) {
    absl::StrAppend(&out, "  policy       not sent: ", s.policy_dropped_rows,
                    " events; sent with something replaced: ", s.policy_redacted_rows, "\n");
  }
  AppendDirectives(s.directives, out);
  AppendOutputs(s, out);
  for (const auto& [path, state] : s.enrichment) {
    absl::StrAppend(&out, "  enrichment   ", EscapeControls(path), ": ", EscapeControls(state),
                    "\n");
  }
  for (const auto& [path, reason] : s.unreadable) {
    absl::StrAppend(&out, "  NOT READ     ", EscapeControls(path), ": ", EscapeControls(reason),
                    "\n");
  }
  AppendRefused(s, out);
  AppendUnparsed(s, out);
  return out;
}

std::string StatusSentence(const AgentStatus& s, std::int64_t now_ns) {
  return absl::StrCat(
      s.connection == "streaming" ? "forwarding" : absl::StrCat("server ", s.connection), ", ",
      s.waiting_rows, " waiting, last ack ", Ago(s.last_ack_ns, now_ns), ", certificate ",
      (s.certificate_until_ns - now_ns) / 86'400'000'000'000, " d",
      s.paused ? ", BUFFER FULL" : "");
}

absl::Status WriteStatusFile(const std::string& state_directory, const AgentStatus& status) {
  const std::string path = state_directory + kFileName;
  const std::string next = path + ".new";
  const std::string text = StatusJson(status);
  if (!WriteAll(next, O_CREAT | O_TRUNC, text)) {
    return WriteInPlace(path, text)
               ? absl::OkStatus()
               : absl::UnavailableError(absl::StrCat(next, ": cannot be written"));
  }
  if (std::rename(next.c_str(), path.c_str()) != 0)
    return absl::UnavailableError(absl::StrCat(path, ": cannot be replaced"));
  return absl::OkStatus();
}

bool IsOnReadOnlyVolume(const std::string& state_directory) {
  struct statvfs volume {};

  return ::statvfs(state_directory.c_str(), &volume) == 0 && (volume.f_flag & ST_RDONLY) != 0;
}

absl::StatusOr<AgentStatus> ReadStatusFile(const std::string& state_directory) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadSmallFile(state_directory + kFileName, kStatusBytesMax));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
    return absl::DataLossError(absl::StrCat(state_directory, kFileName, ": does not parse"));
  }
  AgentStatus s;
  Take(object, "running", s.running);
  Take(object, "written_ns", s.written_ns);
  Take(object, "started_ns", s.started_ns);
  Take(object, "site", s.site);
  Take(object, "agent", s.agent);
  Take(object, "server", s.server);
  Take(object, "connection", s.connection);
  Take(object, "connection_since_ns", s.connection_since_ns);
  Take(object, "last_ack_ns", s.last_ack_ns);
  Take(object, "last_error", s.last_error);
  Take(object, "certificate_until_ns", s.certificate_until_ns);
  Take(object, "server_clock_offset_s", s.server_clock_offset_s);
  Take(object, "waiting_rows", s.waiting_rows);
  Take(object, "waiting_bytes", s.waiting_bytes);
  Take(object, "oldest_waiting_ns", s.oldest_waiting_ns);
  Take(object, "ring_bytes", s.ring_bytes);
  Take(object, "buffer_file_bytes", s.buffer_file_bytes);
  Take(object, "lost_rows", s.lost_rows);
  Take(object, "quarantined_rows", s.quarantined_rows);
  Take(object, "paused", s.paused);
  Take(object, "rows", s.rows);
  Take(object, "policy_dropped_rows", s.policy_dropped_rows);
  Take(object, "policy_redacted_rows", s.policy_redacted_rows);
  simdjson::dom::object directives;
  if (object["directives"].get(directives) == simdjson::SUCCESS) {
    TakeDirectives(directives, s.directives);
  }
  Take(object, "files_watched", s.files_watched);
  simdjson::dom::object inputs;
  if (object["inputs"].get(inputs) == simdjson::SUCCESS) TakeInputs(inputs, s);
  simdjson::dom::object outputs;
  if (object["outputs"].get(outputs) == simdjson::SUCCESS) TakeOutputs(outputs, s);
  simdjson::dom::object unreadable;
  if (object["unreadable"].get(unreadable) == simdjson::SUCCESS) {
    for (const auto field : unreadable) {
      std::string_view reason;
      if (field.value.get(reason) == simdjson::SUCCESS) s.unreadable.emplace(field.key, reason);
    }
  }
  simdjson::dom::object enrichment;
  if (object["enrichment"].get(enrichment) == simdjson::SUCCESS) {
    for (const auto field : enrichment) {
      std::string_view state;
      if (field.value.get(state) == simdjson::SUCCESS) s.enrichment.emplace(field.key, state);
    }
  }
  Take(object, "syslog_kernel_drops", s.syslog_kernel_drops);
  Take(object, "syslog_refused", s.syslog_refused);
  Take(object, "syslog_handshakes_failed", s.syslog_handshakes_failed);
  TakeCounts(object, "refused_senders", s.refused_senders);
  TakeCounts(object, "unparsed", s.unparsed);
  return s;
}

}  // namespace dims

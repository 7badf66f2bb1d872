// SPDX-License-Identifier: Apache-2.0
#include "agent/status/metrics_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "agent/fields/text_repair.h"
#include "common/base/unique_fd.h"
#include "common/base/version.h"

namespace dims {
namespace {

using Labels = std::vector<std::pair<absl::string_view, absl::string_view>>;

constexpr absl::string_view kStates[] = {"streaming", "connecting", "waiting", "stopped"};

// One metric after the other; the samples of one stand together, as the format wants it.
class MetricsWriter {
 public:
  void Counter(absl::string_view name, absl::string_view help) { Begin(name, "counter", help); }

  void Gauge(absl::string_view name, absl::string_view help) { Begin(name, "gauge", help); }

  void Sample(std::uint64_t value, const Labels& labels = {}) { Add(absl::StrCat(value), labels); }

  void Sample(double value, const Labels& labels = {}) {
    Add(absl::StrFormat("%.3f", value), labels);
  }

  // Of a moment that may not have come.
  void Moment(std::int64_t ns) {
    if (ns != 0) Sample(static_cast<double>(ns) / 1e9);
  }

  std::string Take() { return std::move(text_); }

 private:
  void Begin(absl::string_view name, absl::string_view type, absl::string_view help) {
    name_ = absl::StrCat("dims_agent_", name);
    absl::StrAppend(&text_, "# HELP ", name_, " ", help, "\n# TYPE ", name_, " ", type, "\n");
  }

  void Add(const std::string& value, const Labels& labels) {
    absl::StrAppend(&text_, name_);
    char before = '{';
    for (const auto& [label, content] : labels) {
      std::string plain;
      RepairText(content, &plain);
      const std::string escaped =
          absl::StrReplaceAll(plain, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\t", "\\\\x09"}});
      absl::StrAppend(&text_, absl::string_view(&before, 1), label, "=\"", escaped, "\"");
      before = ',';
    }
    absl::StrAppend(&text_, labels.empty() ? "" : "}", " ", value, "\n");
  }

  std::string name_;
  std::string text_;
};

void WriteAgent(const AgentStatus& s, MetricsWriter& out) {
  out.Gauge("info", "The agent, its site and its version; always 1.");
  out.Sample(std::uint64_t{1}, {{"agent", s.agent}, {"site", s.site}, {"version", kVersion}});
  out.Gauge("start_timestamp_seconds", "When the process was started.");
  out.Moment(s.started_ns);
  out.Gauge("connection_state", "1 for the state of the stream to the server, 0 for the others.");
  for (const absl::string_view state : kStates) {
    out.Sample(std::uint64_t{s.connection == state}, {{"state", state}});
  }
  out.Gauge("connection_since_timestamp_seconds", "When that state began.");
  out.Moment(s.connection_since_ns);
  out.Gauge("last_ack_timestamp_seconds", "When the server last acknowledged something.");
  out.Moment(s.last_ack_ns);
  out.Gauge("server_clock_offset_seconds", "The server's clock less this machine's.");
  out.Sample(s.server_clock_offset_s);
  out.Gauge("certificate_expiry_timestamp_seconds", "When the agent's certificate ends.");
  out.Moment(s.certificate_until_ns);
}

void WriteInputs(const AgentStatus& s, MetricsWriter& out) {
  out.Counter("rows_total", "Events taken in since the inputs were started, by input.");
  for (const auto& [name, input] : s.inputs) out.Sample(input.rows, {{"input", name}});
  out.Counter("received_bytes_total", "Bytes of their lines, by input.");
  for (const auto& [name, input] : s.inputs) out.Sample(input.bytes, {{"input", name}});
  out.Counter("unparsed_rows_total",
              "Events kept as text alone, as no format knows them, by file or sender.");
  for (const auto& [source, rows] : s.unparsed) out.Sample(rows, {{"source", source}});
  out.Counter("syslog_kernel_drops_total", "Datagrams of syslog that the kernel had no room for.");
  out.Sample(s.syslog_kernel_drops);
  out.Counter("syslog_refused_connections_total", "Connections of syslog above a limit.");
  out.Sample(s.syslog_refused);
  out.Counter("syslog_failed_handshakes_total", "TLS handshakes of syslog that came to nothing.");
  out.Sample(s.syslog_handshakes_failed);
  out.Counter("refused_senders_total",
              "Datagrams and connections of senders that are not allowed, by address.");
  for (const auto& [sender, times] : s.refused_senders) out.Sample(times, {{"sender", sender}});
  out.Gauge("watched_files", "Log files that are followed.");
  out.Sample(s.files_watched);
  out.Gauge("unreadable", "1 for each source that cannot be read.");
  for (const auto& [source, reason] : s.unreadable) {
    out.Sample(std::uint64_t{1}, {{"source", source}});
  }
  out.Counter("policy_dropped_rows_total", "Events that the site's policy kept back.");
  out.Sample(s.policy_dropped_rows);
  out.Counter("policy_redacted_rows_total", "Events sent with something replaced by the policy.");
  out.Sample(s.policy_redacted_rows);
}

void WriteBuffer(const AgentStatus& s, MetricsWriter& out) {
  out.Counter("lost_rows_total", "Events lost and declared to the server, since the first start.");
  out.Sample(s.lost_rows);
  out.Counter("refused_rows_total", "Events that the server put into quarantine.");
  out.Sample(s.quarantined_rows);
  out.Gauge("waiting_rows", "Events in the buffer that the server has not acknowledged.");
  out.Sample(s.waiting_rows);
  out.Gauge("waiting_bytes", "Compressed bytes of these events.");
  out.Sample(s.waiting_bytes);
  out.Gauge("oldest_waiting_timestamp_seconds", "The time of the oldest of them.");
  out.Moment(s.oldest_waiting_ns);
  out.Gauge("ring_bytes", "Compressed bytes that are acknowledged and still kept.");
  out.Sample(s.ring_bytes);
  out.Gauge("buffer_file_bytes", "What the buffer takes on the disk, its log included.");
  out.Sample(s.buffer_file_bytes);
  out.Gauge("inputs_paused", "1 while the buffer is full and inputs that can wait do.");
  out.Sample(std::uint64_t{s.paused});
}

void WriteOutputs(const AgentStatus& s, MetricsWriter& out) {
  out.Counter("output_rows_total", "Events written to a local output.");
  for (const auto& [name, output] : s.outputs) out.Sample(output.rows, {{"output", name}});
  out.Counter("output_dropped_rows_total",
              "Events that a local output did not take in time, dropped for it alone.");
  for (const auto& [name, output] : s.outputs) out.Sample(output.dropped_rows, {{"output", name}});
  out.Gauge("output_waiting_bytes", "Memory of the events that wait for a local output.");
  for (const auto& [name, output] : s.outputs) out.Sample(output.waiting_bytes, {{"output", name}});
  out.Gauge("output_up", "1 unless the last attempt to write to a local output failed.");
  for (const auto& [name, output] : s.outputs) {
    out.Sample(std::uint64_t{output.trouble.empty()}, {{"output", name}});
  }
}

void WriteUsage(const ResourceUsage& usage, MetricsWriter& out) {
  out.Counter("process_cpu_seconds_total", "Processor time of the agent's process.");
  out.Sample(usage.cpu_seconds);
  out.Gauge("process_resident_memory_bytes", "Memory of the agent's process.");
  out.Sample(usage.resident_bytes);
  out.Gauge("process_open_fds", "Open file descriptors of the agent's process.");
  out.Sample(usage.open_files);
}

}  // namespace

std::string MetricsText(const AgentStatus& status, const ResourceUsage& usage) {
  MetricsWriter out;
  WriteAgent(status, out);
  WriteInputs(status, out);
  WriteBuffer(status, out);
  if (!status.outputs.empty()) WriteOutputs(status, out);
  WriteUsage(usage, out);
  return out.Take();
}

absl::Status WriteMetricsFile(const std::string& path, const std::string& text) {
  const std::string next = path + ".new";
  UniqueFd file(::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  const bool written =
      file.valid() && ::fchmod(file.get(), 0644) == 0 &&
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written || std::rename(next.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": cannot be written: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace dims

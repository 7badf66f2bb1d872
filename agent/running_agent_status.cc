// SPDX-License-Identifier: Apache-2.0
// What a running agent says of itself.
#include <filesystem>
#include <utility>

#include "agent/running_agent.h"
#include "common/base/unix_nanos.h"

namespace dims {
namespace {

absl::string_view NameOfState(Forwarder::State state) {
  switch (state) {
    case Forwarder::State::kWaiting:
      return "waiting";
    case Forwarder::State::kConnecting:
    case Forwarder::State::kGreeting:
      return "connecting";
    case Forwarder::State::kStreaming:
      return "streaming";
  }
  return "unknown";
}

// The buffer's file and its log.
std::uint64_t BytesOnDisk(const std::string& state_directory) {
  std::uint64_t bytes = 0;
  for (const char* name : {"/buffer.db", "/buffer.db-wal"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(state_directory + name, error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace

AgentStatus RunningAgent::DescribeSelf() {
  AgentStatus out;
  out.running = true;
  out.written_ns = absl::ToUnixNanos(clock_.Now());
  out.started_ns = absl::ToUnixNanos(started_);
  {
    MutexLock lock(identity_mutex_);
    out.site = identity_.principal.site;
    out.agent = identity_.principal.name;
    out.server = identity_.server_address;
    out.certificate_until_ns = absl::ToUnixNanos(identity_.not_after);
  }
  return out;
}

AgentStatus RunningAgent::Describe() {
  AgentStatus out = DescribeSelf();
  {
    MutexLock lock(condition_mutex_);
    out.connection = std::string(NameOfState(condition_.state));
    out.connection_since_ns = NanosOrZero(condition_.since);
    out.last_ack_ns = NanosOrZero(condition_.last_ack);
    out.last_error = condition_.last_error;
    out.quarantined_rows = condition_.quarantined_rows;
    out.server_clock_offset_s = absl::ToDoubleSeconds(condition_.server_clock_offset);
  }
  DescribeEvents(out);
  out.directives = DescribeDirectives();
  MutexLock lock(inputs_mutex_);
  if (file_thread_ != nullptr) {
    out.unreadable = file_thread_->unreadable();
    out.files_watched = file_thread_->watched_files();
  }
  for (const std::unique_ptr<JournalInput>& journal : journals_) {
    std::string trouble = journal->trouble();
    if (!trouble.empty()) out.unreadable[journal->options().Source()] = std::move(trouble);
  }
  return out;
}

// What lies in the buffer, and what became of the events since the start.
void RunningAgent::DescribeEvents(AgentStatus& out) {
  const Backlog backlog = buffer_->backlog();
  out.waiting_rows = backlog.rows;
  out.waiting_bytes = backlog.bytes;
  out.oldest_waiting_ns = backlog.oldest_ns;
  out.ring_bytes = backlog.ring_bytes;
  out.buffer_file_bytes = BytesOnDisk(options_.state_directory);
  out.lost_rows = backlog.lost_rows + pipeline_->dropped_rows();
  out.paused = pipeline_->waiting();
  out.rows = pipeline_->rows();
  out.unparsed = pipeline_->unparsed();
  if (enrichment_ != nullptr) {
    for (auto& [path, state] : enrichment_->Describe()) out.enrichment[path] = std::move(state);
  }
  const PolicyCounts policy = pipeline_->policy_counts();
  out.policy_dropped_rows = policy.dropped;
  out.policy_redacted_rows = policy.redacted;
  for (const auto& [name, count] : pipeline_->inputs()) {
    out.inputs[name] = {count.rows, count.bytes};
  }
  for (auto& [name, counts] : outputs_.counts()) {
    out.outputs[name] = {counts.rows, counts.dropped, counts.waiting_bytes, counts.trouble};
  }
  if (syslog_input_ == nullptr) return;
  const SyslogCounts syslog = syslog_input_->counts();
  out.syslog_kernel_drops = syslog.kernel_drops;
  out.syslog_refused = syslog.refused;
  out.syslog_handshakes_failed = syslog.handshakes_failed;
  out.refused_senders = syslog.refused_senders;
}

DirectivesStatus RunningAgent::DescribeDirectives() const {
  const DirectiveKeeper::Summary summary = directives_->Describe();
  const DirectiveCounts counts = pipeline_->directive_counts();
  return {summary.version, std::string(NameOf(summary.allowed)),
          summary.active,  summary.refused,
          counts.dropped,  counts.tagged};
}

std::string RunningAgent::StatusLine() {
  return StatusSentence(Describe(), absl::ToUnixNanos(clock_.Now()));
}

}  // namespace dims

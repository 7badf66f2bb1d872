// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

// What came by one input since the inputs were started.
struct InputStatus {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

// How a local output does since it was started.
struct OutputStatus {
  std::uint64_t rows = 0;  // written
  std::uint64_t dropped_rows = 0;
  std::uint64_t waiting_bytes = 0;
  std::string trouble;  // empty: the last attempt to write went well
};

// What the server asks of this site, and what the site does of it.
struct DirectivesStatus {
  std::uint64_t version = 0;         // of the newest set; 0: none came yet
  std::string allowed;               // policy.toml's `remote`
  std::vector<std::string> active;   // a line each
  std::vector<std::string> refused;  // a line each, with the reason
  std::uint64_t dropped_rows = 0;    // not sent
  std::uint64_t tagged_rows = 0;
};

// How an agent does: what its process knows, and what its buffer says when the process is gone. A
// value.
struct AgentStatus {
  bool running = false;
  std::int64_t written_ns = 0;  // when the process last said so
  std::int64_t started_ns = 0;
  std::string site;
  std::string agent;
  std::string server;
  std::string connection;  // "streaming", "connecting", "waiting", "stopped"
  std::int64_t connection_since_ns = 0;
  std::int64_t last_ack_ns = 0;  // 0: none yet
  std::string last_error;
  std::int64_t certificate_until_ns = 0;
  double server_clock_offset_s = 0;
  std::uint64_t waiting_rows = 0;
  std::uint64_t waiting_bytes = 0;
  std::int64_t oldest_waiting_ns = 0;
  std::uint64_t ring_bytes = 0;  // sent and acked, still kept
  std::uint64_t buffer_file_bytes = 0;
  std::uint64_t lost_rows = 0;
  std::uint64_t quarantined_rows = 0;
  bool paused = false;                     // the buffer is full: inputs that can wait do
  std::uint64_t rows = 0;                  // taken in since the start
  std::uint64_t policy_dropped_rows = 0;   // not sent: the site's policy dropped them
  std::uint64_t policy_redacted_rows = 0;  // sent with something replaced
  DirectivesStatus directives;
  std::uint64_t files_watched = 0;
  std::map<std::string, InputStatus> inputs;      // by name
  std::map<std::string, OutputStatus> outputs;    // by name
  std::map<std::string, std::string> unreadable;  // path, reason
  // Of syslog, since the inputs were started.
  std::uint64_t syslog_kernel_drops = 0;       // datagrams that found no room; they are losses too
  std::uint64_t syslog_refused = 0;            // connections above a limit
  std::uint64_t syslog_handshakes_failed = 0;  // TLS
  std::map<std::string, std::uint64_t> refused_senders;  // not allowed: datagrams and connections
  std::map<std::string, std::uint64_t> unparsed;         // file or sender, lines kept as text alone
  std::map<std::string, std::string> enrichment;         // file, its state
};

// One JSON object, also the format of the file.
std::string StatusJson(const AgentStatus& status);

// The lines of `dims-agent status` for people.
std::string StatusText(const AgentStatus& status, std::int64_t now_ns);

// "forwarding, 0 waiting, last ack 1 s ago, certificate 9 d" for systemctl status.
std::string StatusSentence(const AgentStatus& status, std::int64_t now_ns);

// The file by which a running agent tells others how it does: DIR/status.json, replaced whole,
// never synced.
absl::Status WriteStatusFile(const std::string& state_directory, const AgentStatus& status);
absl::StatusOr<AgentStatus> ReadStatusFile(const std::string& state_directory);

// Nothing can be written there, no status file either: what an administrator or a failing disk
// does.
bool IsOnReadOnlyVolume(const std::string& state_directory);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/delivery/directives.h"
#include "common/delivery/messages.h"
#include "server/ingest/stream.h"

namespace dims {

// What is known of one agent's connection since the server started.
struct AgentContact {
  std::string agent;
  std::string site;
  std::string version;
  bool connected = false;
  absl::Time last_stream = absl::InfinitePast();  // start, or end when it is over
  absl::Time last_report = absl::InfinitePast();
  absl::Duration clock_skew = absl::ZeroDuration();  // the agent's clock minus ours
  Report report;
  Sequence committed = 0;
  std::optional<DirectivesTaken> directives;  // its answer to the newest set on this stream
};

// Who is connected, and what each agent last said of its backlog: what `agent list`, the
// completeness of answers and the silent-site alert ask. Thread: any.
class AgentPresence {
 public:
  void Connected(StreamId stream, const AgentRef& from, std::int64_t agent_wall_ns, absl::Time now);
  void Reported(StreamId stream, const Report& report, absl::Time now);
  void Committed(StreamId stream, Sequence sequence);
  void AnsweredDirectives(StreamId stream, DirectivesTaken taken);
  void Disconnected(StreamId stream, absl::Time now);

  // All agents with a stream since the start, by agent id.
  std::vector<AgentContact> All() const;
  std::size_t connected_count() const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, AgentContact> contacts_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<StreamId, AgentContact*> of_stream_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, StreamId> stream_of_agent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

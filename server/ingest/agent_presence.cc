// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/agent_presence.h"

#include <utility>

namespace dims {

void AgentPresence::Connected(StreamId stream, const AgentRef& from, std::int64_t agent_wall_ns,
                              absl::Time now) {
  MutexLock lock(mutex_);
  AgentContact& contact = contacts_[from.agent];
  contact.agent = from.agent;
  contact.site = from.site;
  contact.version = from.version;
  contact.connected = true;
  contact.directives.reset();
  contact.last_stream = now;
  if (agent_wall_ns != 0) contact.clock_skew = absl::FromUnixNanos(agent_wall_ns) - now;
  of_stream_[stream] = &contact;
  stream_of_agent_[from.agent] = stream;
}

void AgentPresence::Reported(StreamId stream, const Report& report, absl::Time now) {
  MutexLock lock(mutex_);
  const auto found = of_stream_.find(stream);
  if (found == of_stream_.end()) return;
  AgentContact& contact = *found->second;
  contact.report = report;
  contact.last_report = now;
  if (report.wall_time_ns != 0) contact.clock_skew = absl::FromUnixNanos(report.wall_time_ns) - now;
}

void AgentPresence::Committed(StreamId stream, Sequence sequence) {
  MutexLock lock(mutex_);
  const auto found = of_stream_.find(stream);
  if (found != of_stream_.end()) found->second->committed = sequence;
}

void AgentPresence::AnsweredDirectives(StreamId stream, DirectivesTaken taken) {
  MutexLock lock(mutex_);
  const auto found = of_stream_.find(stream);
  if (found != of_stream_.end()) found->second->directives = std::move(taken);
}

void AgentPresence::Disconnected(StreamId stream, absl::Time now) {
  MutexLock lock(mutex_);
  const auto found = of_stream_.find(stream);
  if (found == of_stream_.end()) return;
  AgentContact& contact = *found->second;
  const auto current = stream_of_agent_.find(contact.agent);
  if (current != stream_of_agent_.end() && current->second == stream) {
    contact.connected = false;
    contact.last_stream = now;
    stream_of_agent_.erase(current);
  }
  of_stream_.erase(found);
}

std::vector<AgentContact> AgentPresence::All() const {
  MutexLock lock(mutex_);
  std::vector<AgentContact> out;
  for (const auto& [agent, contact] : contacts_) out.push_back(contact);
  return out;
}

std::size_t AgentPresence::connected_count() const {
  MutexLock lock(mutex_);
  return stream_of_agent_.size();
}

}  // namespace dims

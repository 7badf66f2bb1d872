// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/stream_table.h"

#include <utility>

#include "common/delivery/wire.h"
#include "server/rpc/collector_stream.h"

namespace dims {

StreamId StreamTable::Enter(std::shared_ptr<CollectorStream> stream) {
  MutexLock lock(mutex_);
  const StreamId id = next_++;
  streams_.emplace(id, std::move(stream));
  return id;
}

void StreamTable::Remove(StreamId id) {
  MutexLock lock(mutex_);
  streams_.erase(id);
}

std::shared_ptr<CollectorStream> StreamTable::Find(StreamId id) const {
  MutexLock lock(mutex_);
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<CollectorStream>> StreamTable::All() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<CollectorStream>> out;
  out.reserve(streams_.size());
  for (const auto& [id, stream] : streams_) out.push_back(stream);
  return out;
}

void StreamTable::SendPosition(StreamId stream, const Position& position) {
  const std::shared_ptr<CollectorStream> to = Find(stream);
  if (to == nullptr) return;
  v1::ServerMessage message;
  *message.mutable_position() = ToWire(position);
  to->Send(message);
  SendDirectivesTo(*to);
}

void StreamTable::SendDirectives(const std::string& site) {
  for (const auto& stream : All()) {
    if (stream->from().site == site) SendDirectivesTo(*stream);
  }
}

// The newest there are, whoever asks: a set that is overtaken by a newer one is known by its
// version. Nothing while the site was never asked anything: its agents may not know the message.
void StreamTable::SendDirectivesTo(CollectorStream& stream) {
  if (!directives_) return;
  v1::Directives directives = directives_(stream.from().site);
  if (directives.version() == 0) return;
  v1::ServerMessage message;
  *message.mutable_directives() = std::move(directives);
  stream.Send(message);
}

void StreamTable::SendAck(StreamId stream, const Ack& ack) {
  const std::shared_ptr<CollectorStream> to = Find(stream);
  if (to == nullptr) return;
  v1::ServerMessage message;
  *message.mutable_ack() = ToWire(ack);
  to->Send(message);
}

void StreamTable::Refuse(StreamId stream, const absl::Status& why) {
  if (const auto to = Find(stream)) to->End(why);
}

void StreamTable::CutAgent(const std::string& agent, const absl::Status& why) {
  for (const auto& stream : All()) {
    if (stream->from().agent == agent) stream->End(why);
  }
}

void StreamTable::CutAll(const absl::Status& why) {
  for (const auto& stream : All()) stream->End(why);
}

void StreamTable::ResumeReading() {
  if (!any_paused_.exchange(false)) return;
  for (const auto& stream : All()) stream->Resume();
}

void StreamTable::CutSilent(absl::Duration now, absl::Duration limit) {
  for (const auto& stream : All()) {
    if (now - stream->last_message() > limit) {
      stream->End(absl::DeadlineExceededError("the stream has been silent for too long"));
    }
  }
}

std::size_t StreamTable::size() const {
  MutexLock lock(mutex_);
  return streams_.size();
}

}  // namespace dims

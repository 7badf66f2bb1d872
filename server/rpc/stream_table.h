// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "dims/v1/collector.pb.h"
#include "server/ingest/stream.h"

namespace dims {

class CollectorStream;

// Every open agent stream, and the way from the commit thread back to it.
//
// Thread: any. A stream is entered before its first message is handled and removed when gRPC has
// ended it; calls for a stream that is gone do nothing.
class StreamTable final : public StreamReplies {
 public:
  // Enters a stream; its id is never used again.
  StreamId Enter(std::shared_ptr<CollectorStream> stream);
  void Remove(StreamId id);

  void SendPosition(StreamId stream, const Position& position) override;
  void SendAck(StreamId stream, const Ack& ack) override;
  void Refuse(StreamId stream, const absl::Status& why) override;

  // What agents of a site are asked, in wire form. Before the first stream.
  using DirectivesSource = std::function<v1::Directives(const std::string& site)>;

  void SetDirectives(DirectivesSource directives) { directives_ = std::move(directives); }

  // To every agent of the site: they changed.
  void SendDirectives(const std::string& site);

  // Ends every stream of `agent`: it was suspended or revoked.
  void CutAgent(const std::string& agent, const absl::Status& why);

  // Ends all streams: the server stops.
  void CutAll(const absl::Status& why);

  // A stream is about to stop reading for want of room: the next ResumeReading looks at all.
  void NotePaused() { any_paused_ = true; }

  // Streams that stopped reading for want of room may go on.
  void ResumeReading();

  // Ends the streams that have said nothing for `limit` (an idle agent reports every 10 s).
  void CutSilent(absl::Duration now, absl::Duration limit);

  std::size_t size() const;

 private:
  std::shared_ptr<CollectorStream> Find(StreamId id) const;
  std::vector<std::shared_ptr<CollectorStream>> All() const;

  void SendDirectivesTo(CollectorStream& stream);

  DirectivesSource directives_;
  mutable Mutex mutex_;
  StreamId next_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::flat_hash_map<StreamId, std::shared_ptr<CollectorStream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> any_paused_ = false;
};

}  // namespace dims

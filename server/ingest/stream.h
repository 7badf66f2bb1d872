// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/delivery/messages.h"
#include "common/event/event_batch.h"

namespace dims {

// One open stream of an agent, for as long as it lives. Never 0.
using StreamId = std::uint64_t;

// Who is at the other end, from the certificate: the wire has no field for it.
struct AgentRef {
  std::string agent;  // UUID
  std::string site;
  std::string version;
};

// Where answers to a stream go. Implemented by the rpc house and by the simulator; a stream that is
// gone is ignored. Thread: called by the commit thread only.
class StreamReplies {
 public:
  virtual ~StreamReplies() = default;

  virtual void SendPosition(StreamId stream, const Position& position) = 0;
  virtual void SendAck(StreamId stream, const Ack& ack) = 0;
  // The stream ends with this status; the agent comes back with a Hello.
  virtual void Refuse(StreamId stream, const absl::Status& why) = 0;
};

// An envelope after checking and decoding on a worker.
struct DecodedEnvelope {
  StreamId stream = 0;
  Envelope envelope;
  std::optional<EventBatch>
      batch;  // the rows to store: left-out and quarantined rows are gone; none when hollow
  std::vector<RowRange> skip;    // of the payload: what is not in `batch`
  std::size_t memory_bytes = 0;  // of `batch`, about
  std::uint32_t quarantined_rows = 0;
  std::string quarantine_reason;  // set when rows or the whole batch are refused for ever
  bool poison = false;  // not even looked at, since it was in flight at two crashes: an alarm
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// The values the two ends of a stream exchange; proto/dims/v1/collector.proto is their wire form,
// wire.h converts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/delivery/envelope.h"

namespace dims {

// How far one epoch got, in sequences and ordinals.
struct EpochPosition {
  Epoch epoch = 0;
  Sequence sequence = 0;
  Ordinal next_ordinal = 0;

  friend bool operator==(const EpochPosition&, const EpochPosition&) = default;
};

struct Hello {
  Epoch epoch = 0;  // 0: the buffer is new and knows none
  Sequence next = 1;
  Sequence oldest_retained = 1;  // == next when nothing is retained
  std::vector<EpochPosition> ack_log;
  std::vector<std::string> live_sources;
  std::uint64_t boot_nonce = 0;
  std::uint64_t store_generation_seen = 0;
  bool want_new_epoch = false;
  std::string agent_version;
  std::int64_t wall_time_ns = 0;
};

struct Position {
  Epoch epoch = 0;  // differs from the Hello's epoch: the agent starts this new epoch at sequence 1
  Sequence watermark = 0;
  Sha256Digest chain{};  // at the watermark; ChainStart when it is 0
  std::vector<Bookmark> bookmarks;
  std::uint64_t store_generation = 0;
  std::uint64_t credit_bytes = 0;
  std::int64_t server_time_ns = 0;
  // How far each epoch of this agent is stored, or declared missing. The agent remembers it, so
  // that a server restored later is asked for it even by an agent that was restored as well.
  std::vector<EpochPosition> epochs;
  std::uint64_t retention_seconds = 0;  // older events keep no date of their own; 0: not said
};

struct QuarantinedBatch {
  Sequence sequence = 0;
  std::uint32_t rows = 0;  // all of the batch, or only those that broke a rule
  std::string reason;
};

struct Ack {
  Epoch epoch = 0;
  Sequence committed = 0;
  Sequence archived = 0;
  std::uint64_t credit_bytes = 0;
  std::vector<QuarantinedBatch> quarantined;
  std::int64_t server_time_ns = 0;
};

struct Report {
  std::uint64_t waiting_rows = 0;
  std::uint64_t waiting_bytes = 0;
  std::int64_t oldest_waiting_ns = 0;
  std::uint64_t lost_rows = 0;
  std::int64_t wall_time_ns = 0;
};

}  // namespace dims

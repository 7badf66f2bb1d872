// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/ingest/stream.h"

namespace dims {

// Which streams have committed batches that they were not told of yet. An Ack is cumulative and an
// agent that sends little needs none at once: its rows are stored and searchable all the same, and
// an Ack for each of its messages would cost as much as the messages.
//
// Guarantees: the first Ack of a stream is never owed (a site that has just begun is told at once
// that it works); what is owed is due `wait` after the first batch it covers, or when it covers
// kOwedBytesMax. Thread: one. Limits: one entry a stream, until Leave.
class OwedAcks {
 public:
  static constexpr std::size_t kOwedBytesMax = 16u << 10;  // of payload; a first grant is 256 KiB

  explicit OwedAcks(absl::Duration wait) : wait_(wait) {}

  // A group with `bytes` of this stream has committed. False: tell it now; nothing is owed any
  // more.
  bool Owe(StreamId stream, const std::string& agent, std::size_t bytes, absl::Duration now);

  // The stream was told.
  void Settle(StreamId stream) { owed_.erase(stream); }

  // The stream is gone.
  void Leave(StreamId stream);

  void Clear();

  // When the next one is due; infinite when nothing is owed.
  absl::Duration next_due();

  // Streams to tell now, with their agents; nothing is owed to them any more.
  std::vector<std::pair<StreamId, std::string>> TakeDue(absl::Duration now);

 private:
  struct Owed {
    std::string agent;
    std::size_t bytes = 0;
    absl::Duration due;
  };

  void DropSettled();

  const absl::Duration wait_;
  absl::flat_hash_set<StreamId> begun_;  // have had an Ack of a batch
  absl::flat_hash_map<StreamId, Owed> owed_;
  std::deque<std::pair<absl::Duration, StreamId>> by_due_;  // ascending; some are settled
};

}  // namespace dims

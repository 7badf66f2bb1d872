// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/ingest/stream.h"

namespace dims {

// Keeps every answer, by stream. `on_answer` is called before each, to look at the world as it is
// when an answer leaves. Thread: the commit thread's, and the test's when that one rests.
class FakeStreamReplies final : public StreamReplies {
 public:
  void SendPosition(StreamId stream, const Position& position) override {
    if (on_answer) on_answer();
    positions[stream].push_back(position);
  }

  void SendAck(StreamId stream, const Ack& ack) override {
    if (on_answer) on_answer();
    acks[stream].push_back(ack);
  }

  void Refuse(StreamId stream, const absl::Status& why) override {
    refusals[stream].push_back(why);
  }

  bool Silent() const { return positions.empty() && acks.empty() && refusals.empty(); }

  void Clear() {
    positions.clear();
    acks.clear();
    refusals.clear();
  }

  std::optional<Ack> LastAck(StreamId stream) const {
    const auto found = acks.find(stream);
    return found == acks.end() ? std::nullopt : std::optional(found->second.back());
  }

  std::optional<Position> LastPosition(StreamId stream) const {
    const auto found = positions.find(stream);
    return found == positions.end() ? std::nullopt : std::optional(found->second.back());
  }

  absl::StatusCode RefusalOf(StreamId stream) const {
    const auto found = refusals.find(stream);
    return found == refusals.end() ? absl::StatusCode::kOk : found->second.back().code();
  }

  std::function<void()> on_answer;
  std::map<StreamId, std::vector<Position>> positions;
  std::map<StreamId, std::vector<Ack>> acks;
  std::map<StreamId, std::vector<absl::Status>> refusals;
};

}  // namespace dims

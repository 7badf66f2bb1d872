// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/ingest/envelope_decoder.h"
#include "server/ingest/group_committer.h"
#include "tests/support/envelope_chain.h"
#include "tests/support/fake_stream_replies.h"

namespace dims {

// One agent's end, reduced to what the server sees of it. Each Greet is a new stream.
class TestAgent {
 public:
  TestAgent(FakeStreamReplies& replies, std::string agent, std::string site)
      : replies_(replies), from_{std::move(agent), std::move(site), "0.1"} {}

  // A Hello with all that this agent remembers, changed by the test where it likes.
  Hello MakeHello() const {
    Hello hello;
    hello.boot_nonce = nonce;
    hello.store_generation_seen = generation;
    if (!chain_) return hello;
    hello.epoch = chain_->epoch();
    hello.next = chain_->sequence() + 1;
    hello.ack_log = ack_log;
    return hello;
  }

  void Greet(GroupCommitter& committer, Hello hello) {
    stream = NextStream();
    committer.Add(stream, from_, std::move(hello));
  }

  // Greets, lets the server answer and goes on where it says.
  void Connect(GroupCommitter& committer) { Connect(committer, MakeHello()); }

  void Connect(GroupCommitter& committer, Hello hello) {
    Greet(committer, std::move(hello));
    const absl::Status committed = committer.Commit();
    ASSERT_TRUE(committed.ok()) << committed;
    const std::optional<Position> position = replies_.LastPosition(stream);
    ASSERT_TRUE(position.has_value()) << replies_.RefusalOf(stream);
    Follow(*position);
  }

  void Follow(const Position& position) {
    generation = position.store_generation;
    if (chain_ && position.epoch == chain_->epoch() && position.watermark == chain_->sequence())
      return;
    chain_ = std::make_unique<EnvelopeChain>(position.epoch, position.watermark, ordinal(position),
                                             position.chain);
  }

  Envelope Next(const EventBatch& batch, std::vector<Bookmark> bookmarks = {}) {
    return chain_->Next(batch, std::move(bookmarks));
  }

  // As the rpc house and a worker would bring it.
  void Deliver(GroupCommitter& committer, Envelope envelope) {
    absl::StatusOr<DecodedEnvelope> decoded = decoder_.Decode(stream, std::move(envelope));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    committer.Add(from_, *std::move(decoded));
  }

  void Send(GroupCommitter& committer, const EventBatch& batch,
            std::vector<Bookmark> bookmarks = {}) {
    Deliver(committer, Next(batch, std::move(bookmarks)));
  }

  // Remembers the last Ack, as the buffer's ack_log does.
  void NoteAcked() { ack_log = {{chain_->epoch(), chain_->sequence(), chain_->next_ordinal()}}; }

  void RefillDone(GroupCommitter& committer) { committer.AddRefillDone(stream, from_); }

  void Close(GroupCommitter& committer) { committer.AddClosed(stream, from_); }

  EnvelopeChain& chain() { return *chain_; }

  const AgentRef& from() const { return from_; }

  StreamId stream = 0;
  std::uint64_t nonce = 11;
  std::uint64_t generation = 0;
  std::vector<EpochPosition> ack_log;

 private:
  static StreamId NextStream() {
    static StreamId last = 0;
    return ++last;
  }

  static Ordinal ordinal(const Position& position) {
    for (const EpochPosition& epoch : position.epochs) {
      if (epoch.epoch == position.epoch) return epoch.next_ordinal;
    }
    return 0;
  }

  FakeStreamReplies& replies_;
  AgentRef from_;
  std::unique_ptr<EnvelopeChain> chain_;
  EnvelopeDecoder decoder_;
};

}  // namespace dims

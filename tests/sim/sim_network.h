// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agent/forward/forward_transport.h"
#include "agent/forward/forwarder.h"
#include "dims/v1/collector.pb.h"
#include "server/ingest/stream.h"
#include "tests/sim/mutation.h"
#include "tests/support/seeded_random.h"

namespace dims::sim {

// The wire between one agent and the server, in memory: messages as bytes, in order within a
// stream, until the stream is cut. What a cut stream still carried may arrive later, in whole, in
// part or not at all. Thread: one.
class SimNetwork final : public ForwardTransport, public StreamReplies {
 public:
  // Streams of site `site` of `sites` are told apart from the others' by their numbers.
  SimNetwork(SeededRandom& random, StreamId site, StreamId sites)
      : random_(random), sites_(sites), last_stream_(site) {}

  // The agent's side.
  void Connect() override { connecting_ = true; }

  void Disconnect() override;
  bool Writable() const override;
  void SendHello(const Hello& hello) override;
  void SendDeliver(std::vector<Envelope> envelopes) override;
  void SendReport(const Report& report) override;
  void SendRefillDone(Epoch epoch) override;

  // The server's side.
  void SendPosition(StreamId stream, const Position& position) override;
  void SendAck(StreamId stream, const Ack& ack) override;
  void Refuse(StreamId stream, const absl::Status& why) override;

  // What arrives at the server. `closed`: the stream ended.
  struct Arrival {
    StreamId stream = 0;
    bool closed = false;
    std::string bytes;
  };

  bool HasForServer() const { return !up_.empty(); }

  Arrival TakeForServer();
  // The first message once more (it was a Deliver), or nothing.
  std::string PeekForServer() const;

  // Hands the next thing to the agent: a connection, a message, or the end of the stream.
  bool HasForAgent() const { return connecting_ || !down_.empty() || ended_; }

  void HandToAgent(Forwarder& forwarder, bool server_is_up);

  // The stream breaks in the middle.
  void Cut();
  // The agent's process is gone, with whatever it had not sent.
  void AgentGone();
  // The server's process is gone.
  void ServerGone();

  bool quiet() const { return up_.empty() && down_.empty() && !connecting_ && !ended_; }

  void Mutate(const Mutation& mutation) { mutation_ = mutation; }

  // For the mutant that compares no chain: what the agent would find at a watermark.
  std::function<void(Position&)> before_position;

 private:
  struct Answer {
    StreamId stream = 0;
    std::string bytes;
  };

  void Send(const v1::AgentMessage& message);
  void LoseSomeUp();

  SeededRandom& random_;
  Mutation mutation_;
  const StreamId sites_;
  StreamId last_stream_;
  StreamId stream_ = 0;  // the agent's present one; 0: none
  bool connecting_ = false;
  bool ended_ = false;
  std::deque<Arrival> up_;
  std::deque<Answer> down_;
};

// The wires of all sites, as the server's one end.
class SimNetworks final : public StreamReplies {
 public:
  void Add(SimNetwork& network) { all_.push_back(&network); }

  void SendPosition(StreamId stream, const Position& position) override {
    for (SimNetwork* network : all_) network->SendPosition(stream, position);
  }

  void SendAck(StreamId stream, const Ack& ack) override {
    for (SimNetwork* network : all_) network->SendAck(stream, ack);
  }

  void Refuse(StreamId stream, const absl::Status& why) override {
    for (SimNetwork* network : all_) network->Refuse(stream, why);
  }

  void ServerGone() {
    for (SimNetwork* network : all_) network->ServerGone();
  }

 private:
  std::vector<SimNetwork*> all_;
};

}  // namespace dims::sim

// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_network.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/delivery/wire.h"

namespace dims::sim {
namespace {

constexpr std::size_t kUpMax = 4;

}  // namespace

void SimNetwork::Disconnect() {
  connecting_ = false;
  ended_ = false;
  down_.clear();
  if (stream_ != 0) up_.push_back({stream_, true, ""});
  stream_ = 0;
}

bool SimNetwork::Writable() const {
  return up_.size() < kUpMax;
}

void SimNetwork::Send(const v1::AgentMessage& message) {
  if (stream_ != 0) up_.push_back({stream_, false, message.SerializeAsString()});
}

void SimNetwork::SendHello(const Hello& hello) {
  v1::AgentMessage message;
  Hello sent = hello;
  if (mutation_.no_ack_log) sent.ack_log.clear();
  *message.mutable_hello() = ToWire(sent);
  Send(message);
}

void SimNetwork::SendDeliver(std::vector<Envelope> envelopes) {
  v1::AgentMessage message;
  for (Envelope& envelope : envelopes) {
    if (mutation_.no_repeated_tag) envelope.maybe_repeated.clear();
    *message.mutable_deliver()->add_envelopes() = ToWire(std::move(envelope));
  }
  Send(message);
}

void SimNetwork::SendReport(const Report& report) {
  v1::AgentMessage message;
  *message.mutable_report() = ToWire(report);
  Send(message);
}

void SimNetwork::SendRefillDone(Epoch epoch) {
  v1::AgentMessage message;
  message.mutable_refill_done()->set_epoch(epoch);
  Send(message);
}

void SimNetwork::SendPosition(StreamId stream, const Position& position) {
  v1::ServerMessage message;
  *message.mutable_position() = ToWire(position);
  if (stream == stream_) down_.push_back({stream, message.SerializeAsString()});
}

void SimNetwork::SendAck(StreamId stream, const Ack& ack) {
  v1::ServerMessage message;
  *message.mutable_ack() = ToWire(ack);
  if (stream == stream_) down_.push_back({stream, message.SerializeAsString()});
}

void SimNetwork::Refuse(StreamId stream, const absl::Status& why) {
  (void)why;
  if (stream == stream_ && stream_ != 0) ended_ = true;
}

SimNetwork::Arrival SimNetwork::TakeForServer() {
  Arrival arrival = std::move(up_.front());
  up_.pop_front();
  return arrival;
}

std::string SimNetwork::PeekForServer() const {
  return up_.empty() || up_.front().closed ? "" : up_.front().bytes;
}

void SimNetwork::HandToAgent(Forwarder& forwarder, bool server_is_up) {
  if (connecting_) {
    connecting_ = false;
    if (!server_is_up) {
      forwarder.OnDisconnected(absl::UnavailableError("refused"));
      return;
    }
    stream_ = last_stream_ += sites_;
    forwarder.OnConnected();
  } else if (!down_.empty()) {
    const Answer answer = std::move(down_.front());
    down_.pop_front();
    v1::ServerMessage message;
    DIMS_CHECK(message.ParseFromString(answer.bytes));
    if (message.has_position()) {
      Position position = FromWire(message.position()).value();
      if (before_position) before_position(position);
      forwarder.OnPosition(position);
    } else {
      forwarder.OnAck(FromWire(message.ack()).value());
    }
  } else if (ended_) {
    ended_ = false;
    if (stream_ != 0) up_.push_back({stream_, true, ""});
    stream_ = 0;
    forwarder.OnDisconnected(absl::UnavailableError("the server ended the stream"));
  }
}

// What was under way when a stream broke: all of it, or what was sent first.
void SimNetwork::LoseSomeUp() {
  if (!random_.OneIn(2)) return;
  up_.resize(random_.Below(up_.size() + 1));
}

void SimNetwork::Cut() {
  down_.clear();
  LoseSomeUp();
  if (stream_ != 0) ended_ = true;
  connecting_ = false;
}

void SimNetwork::AgentGone() {
  LoseSomeUp();
  down_.clear();
  connecting_ = ended_ = false;
  stream_ = 0;
}

void SimNetwork::ServerGone() {
  up_.clear();
  down_.clear();
  if (stream_ != 0) ended_ = true;
}

}  // namespace dims::sim

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>

#include "agent/forward/forward_thread.h"
#include "agent/forward/forward_transport.h"
#include "agent/forward/forwarder.h"
#include "dims/v1/collector.grpc.pb.h"

namespace dims {

// ForwardTransport over gRPC's callback API. Each Connect makes a new channel with the credentials
// of the moment, so a renewed certificate is used from the next connection on.
//
// What gRPC reports is posted to the forward thread with the number of the connection it belongs
// to; reports of a connection that was given up are dropped there. Thread: the forward thread;
// gRPC's threads only post.
class GrpcTransport final : public ForwardTransport {
 public:
  // A channel for a new connection, or null while there is no usable identity.
  using ChannelFactory = std::function<std::shared_ptr<grpc::Channel>()>;

  GrpcTransport(ChannelFactory channel, ForwardThread& thread);
  ~GrpcTransport() override;

  // Before the first Connect.
  void SetForwarder(Forwarder& forwarder) { forwarder_ = &forwarder; }

  void Connect() override;
  void Disconnect() override;
  bool Writable() const override;
  void SendHello(const Hello& hello) override;
  void SendDeliver(std::vector<Envelope> envelopes) override;
  void SendReport(const Report& report) override;
  void SendRefillDone(Epoch epoch) override;

 private:
  class Stream;

  void Send(v1::AgentMessage message);
  void Received(std::uint64_t connection, const v1::ServerMessage& message);
  void Ended(std::uint64_t connection, const absl::Status& why);

  const ChannelFactory channel_;
  ForwardThread& thread_;
  Forwarder* forwarder_ = nullptr;
  std::uint64_t connection_ = 0;
  std::shared_ptr<Stream> stream_;
};

}  // namespace dims

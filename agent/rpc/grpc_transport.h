// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "agent/forward/forward_thread.h"
#include "agent/forward/forward_transport.h"
#include "agent/forward/forwarder.h"
#include "common/delivery/directives.h"
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

  // What answers the server's directives; without it they are left alone. Before the first Connect.
  using DirectivesListener =
      std::function<DirectivesTaken(std::uint64_t connection, const DirectiveSet& set)>;

  void SetDirectivesListener(DirectivesListener listener) {
    directives_listener_ = std::move(listener);
  }

  // Only to a server that sent a set on this stream: one that never did may not know the message,
  // and nothing goes before the Hello. Else nothing happens.
  void SendDirectivesTaken(const DirectivesTaken& taken);

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
  void ReceivedDirectives(std::uint64_t connection, const v1::Directives& message);
  void Ended(std::uint64_t connection, const absl::Status& why);

  const ChannelFactory channel_;
  ForwardThread& thread_;
  Forwarder* forwarder_ = nullptr;
  DirectivesListener directives_listener_;
  std::uint64_t connection_ = 0;
  std::uint64_t directives_from_ = 0;  // the last connection that brought some; 0: none yet
  std::shared_ptr<Stream> stream_;
};

}  // namespace dims

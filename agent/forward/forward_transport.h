// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/delivery/messages.h"

namespace dims {

// One stream to the server at a time, as the Forwarder sees it. Calls start things and return at
// once; what comes of them arrives as Forwarder::On... calls on the forwarder's own thread.
//
// Implementations: GrpcTransport; the simulator's faulty in-memory one.
class ForwardTransport {
 public:
  virtual ~ForwardTransport() = default;

  // Starts a connection. Leads to OnConnected or OnDisconnected.
  virtual void Connect() = 0;

  // Ends the stream, if any; no On... call follows for it.
  virtual void Disconnect() = 0;

  // False while the message before is still on its way out: wait for OnWritable.
  virtual bool Writable() const = 0;

  // REQUIRES: connected. Messages leave in order; only Deliver waits for Writable.
  virtual void SendHello(const Hello& hello) = 0;
  virtual void SendDeliver(std::vector<Envelope> envelopes) = 0;
  virtual void SendReport(const Report& report) = 0;
  virtual void SendRefillDone(Epoch epoch) = 0;
};

}  // namespace dims

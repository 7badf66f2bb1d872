// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/forward/forward_transport.h"

namespace dims {

// A stream that keeps what is sent; the test plays the server. Thread: one.
class FakeTransport final : public ForwardTransport {
 public:
  void Connect() override { ++connects; }

  void Disconnect() override { ++disconnects; }

  bool Writable() const override { return writable; }

  void SendHello(const Hello& hello) override { hellos.push_back(hello); }

  void SendDeliver(std::vector<Envelope> envelopes) override {
    delivers.push_back(std::move(envelopes));
  }

  void SendReport(const Report& report) override { reports.push_back(report); }

  void SendRefillDone(Epoch epoch) override { refills_done.push_back(epoch); }

  // Of everything delivered, in order.
  std::vector<Sequence> Sequences() const {
    std::vector<Sequence> out;
    for (const auto& envelopes : delivers) {
      for (const Envelope& envelope : envelopes) out.push_back(envelope.sequence);
    }
    return out;
  }

  int connects = 0;
  int disconnects = 0;
  bool writable = true;
  std::vector<Hello> hellos;
  std::vector<std::vector<Envelope>> delivers;
  std::vector<Report> reports;
  std::vector<Epoch> refills_done;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "server/authority/authority.h"
#include "server/registry/registry.h"
#include "server/rpc/listener_probe.h"

namespace dims {

struct ListenerAddresses {
  std::string main;  // HOST:PORT
  std::string join;  // empty: joining is switched off
};

// The server's two ports. Main: agents, users and operators, each with a client certificate that
// one of ours signed. Join: no client certificate, joining and recovering only.
//
// Owns the gRPC servers; services, registry, authority, probe and clock outlive it. Thread: main.
class Listeners {
 public:
  Listeners(Registry& registry, Authority& authority, const ListenerProbe& probe,
            const Clock& clock)
      : registry_(registry), authority_(authority), probe_(probe), clock_(clock) {}

  ~Listeners() { Stop(); }

  // Binds both or neither; AlreadyExists-like failures name the address.
  absl::Status Start(const ListenerAddresses& addresses,
                     const std::vector<grpc::Service*>& main_services,
                     const std::vector<grpc::Service*>& join_services);

  // Where the main port is bound; 0 before Start.
  int main_port() const { return main_port_; }

  // Takes no more calls, waits a moment for those under way, then cuts them. Harmless to repeat.
  void Stop();

 private:
  Registry& registry_;
  Authority& authority_;
  const ListenerProbe& probe_;
  const Clock& clock_;
  int main_port_ = 0;
  std::unique_ptr<grpc::Server> main_;
  std::unique_ptr<grpc::Server> join_;
};

}  // namespace dims

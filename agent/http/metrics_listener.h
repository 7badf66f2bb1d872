// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/http/http_listener.h"

namespace dims {

// GET /metrics, for a Prometheus server or an agent of it; nothing else is answered. Takes no
// token: whoever reaches the port may read the numbers.
//
// Listens and serves from Open to its end. `text` is called for each request, by up to
// kRequestsMax threads. Thread: one.
class MetricsListener {
 public:
  static constexpr int kRequestsMax = 2;

  // Unavailable: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<MetricsListener>> Open(HttpListener where,
                                                               std::function<std::string()> text);
  ~MetricsListener();

  // As bound: port 0 has become a number.
  const HttpListener& where() const { return where_; }

 private:
  class Server;

  MetricsListener(HttpListener where, std::function<std::string()> text);

  HttpListener where_;
  std::unique_ptr<Server> server_;
};

}  // namespace dims

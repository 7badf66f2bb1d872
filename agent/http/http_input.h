// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/http/http_listener.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

struct HttpLimits {
  std::size_t body_bytes_max = 8u << 20;  // also after decompression
  int requests_max = 8;                   // at once; further ones wait
  absl::Duration read_timeout = absl::Seconds(5);
  absl::Duration commit_timeout = absl::Seconds(10);
};

// Events by HTTP POST: any path; the body as EventsOfBody reads it, gzip and deflate understood.
//
// Guarantees: 200 with {"accepted":N} is said after all events of the request are in the buffer
// durably; 503 (with Retry-After) says that they were not within commit_timeout or that there is no
// room: the sender may send them again, and some may then be there twice. 401: the token is missing
// or wrong; 413: the body is larger than allowed, nothing of it is taken.
//
// Listens from Open on; requests are served from Start on. Thread: Open, Start and Stop from one
// thread; Stop is safe without Start and twice. Sink, clock and random must outlive it.
class HttpInput {
 public:
  static absl::StatusOr<std::unique_ptr<HttpInput>> Open(const std::vector<HttpListener>& listeners,
                                                         ChunkSink& sink, const Clock& clock,
                                                         Random& random,
                                                         const HttpLimits& limits = {});
  ~HttpInput();

  void Start();
  void Stop();

  // As bound: port 0 has become a number.
  std::vector<HttpListener> listeners() const;

 private:
  class Endpoint;

  HttpInput() = default;

  std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "dims/v1/health.grpc.pb.h"
#include "server/authority/authority.h"

namespace dims {

// The user that the server is to itself. A person of that name would have another key; the probe's
// never leaves the process, and as no registered user it may call Health and nothing else.
inline constexpr absl::string_view kProbeUser = "dims-server-probe";

// Answers whoever the main port let in.
class HealthService final : public v1::Health::CallbackService {
 public:
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const v1::CheckRequest* request,
                                  v1::CheckResponse* response) override;
};

// Connects to the main port as a client does, with a certificate of its own, and makes one call: a
// new connection and a new handshake each time, since a listener that ran out of descriptors goes
// on serving the connections it has. Thread: Ask one at a time; Admits any. The authority outlives
// it.
class ListenerProbe {
 public:
  ListenerProbe(const Authority& authority, const Clock& clock)
      : authority_(authority), clock_(clock) {}

  // `listen`: the main port's HOST:PORT; where it is every address, loopback is asked. OK when the
  // call was answered within `timeout`.
  absl::Status Ask(absl::string_view listen, absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether a connection is the probe's own.
  bool Admits(const Principal& principal, const Sha256Digest& key_fingerprint) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<ProbeIdentity> Identity() ABSL_LOCKS_EXCLUDED(mutex_);

  const Authority& authority_;
  const Clock& clock_;
  mutable Mutex mutex_;
  ProbeIdentity identity_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims

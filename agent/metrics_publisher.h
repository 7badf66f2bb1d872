// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/config/agent_config.h"
#include "agent/http/metrics_listener.h"
#include "agent/status/status_file.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace dims {

// Gives the agent's numbers to a Prometheus of the site: by a file, by a listener, or not at all.
// A file that cannot be written is logged once, and tried again.
//
// Thread: one, but for the listener's requests, which get what was published last. The clock must
// outlive it.
class MetricsPublisher {
 public:
  static constexpr absl::Duration kFileInterval = absl::Seconds(5);

  explicit MetricsPublisher(const Clock& clock) : clock_(clock) {}

  // Takes over a configuration, also another one than before. Unavailable: the address cannot be
  // listened on; the file is written all the same.
  absl::Status Configure(const MetricsConfig& config);

  // Every second or so. Costs nothing where nobody asked for numbers.
  void Publish(const AgentStatus& status);

 private:
  std::string text() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Clock& clock_;
  MetricsConfig config_;
  bool told_ = false;  // that the file cannot be written
  absl::Duration file_due_ = absl::ZeroDuration();
  mutable Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<MetricsListener> listener_;  // ends before what its requests read
};

}  // namespace dims

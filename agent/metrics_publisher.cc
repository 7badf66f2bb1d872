// SPDX-License-Identifier: Apache-2.0
#include "agent/metrics_publisher.h"

#include <utility>

#include "agent/status/metrics_text.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {

absl::Status MetricsPublisher::Configure(const MetricsConfig& config) {
  if (config == config_) return absl::OkStatus();
  listener_.reset();
  config_ = config;
  told_ = false;
  file_due_ = absl::ZeroDuration();
  if (!config_.listener) return absl::OkStatus();
  ASSIGN_OR_RETURN(listener_, MetricsListener::Open(*config_.listener, [this] { return text(); }));
  return absl::OkStatus();
}

void MetricsPublisher::Publish(const AgentStatus& status) {
  if (!config_.listener && config_.textfile.empty()) return;
  std::string text = MetricsText(status, ReadResourceUsage());
  const absl::Duration now = clock_.Monotonic();
  if (!config_.textfile.empty() && now >= file_due_) {
    file_due_ = now + kFileInterval;
    const absl::Status written = WriteMetricsFile(config_.textfile, text);
    if (!written.ok() && !told_) LogWarning(written.message());
    told_ = !written.ok();
  }
  MutexLock lock(mutex_);
  text_ = std::move(text);
}

std::string MetricsPublisher::text() const {
  MutexLock lock(mutex_);
  return text_;
}

}  // namespace dims

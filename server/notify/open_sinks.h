// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/notify/alert_sink.h"

namespace dims {

// The sinks that the settings name, speaking as this machine; empty texts name none.
// InvalidArgument: a setting that names no webhook or no syslog receiver.
absl::StatusOr<std::vector<std::unique_ptr<AlertSink>>> OpenSinks(absl::string_view webhook,
                                                                  absl::string_view webhook_ca,
                                                                  absl::string_view syslog);

}  // namespace dims

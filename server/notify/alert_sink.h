// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/detect/alert.h"

namespace dims {

// Where alerts are told to people's tools. Thread: the notifier's.
class AlertSink {
 public:
  virtual ~AlertSink() = default;

  // For messages: "webhook", "syslog".
  virtual absl::string_view name() const = 0;

  // OK: the other end has it (of UDP: it was sent). Any error: it is tried again. May block up to
  // the sink's timeout.
  virtual absl::Status Send(const Alert& alert) = 0;
};

}  // namespace dims

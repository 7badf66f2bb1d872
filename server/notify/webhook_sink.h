// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/notify/alert_sink.h"

namespace dims {

// Posts each alert as JSON to one URL. Success is a 2xx answer; redirects are not followed, the
// answer's body is not read beyond 64 KiB, and the certificate of an https server is checked.
//
// Errors: Unavailable when the other end did not take it. Thread: one.
class WebhookSink final : public AlertSink {
 public:
  // InvalidArgument: `url` is neither http:// nor https://.
  static absl::StatusOr<std::unique_ptr<WebhookSink>> Create(
      absl::string_view url, absl::Duration timeout = absl::Seconds(10));

  absl::string_view name() const override { return "webhook"; }

  absl::Status Send(const Alert& alert) override;

 private:
  WebhookSink(std::string url, absl::Duration timeout) : url_(std::move(url)), timeout_(timeout) {}

  const std::string url_;
  const absl::Duration timeout_;
};

}  // namespace dims

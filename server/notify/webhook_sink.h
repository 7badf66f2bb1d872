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
  // `ca_file`: the authorities (PEM) one of which must have certified an https server; empty: the
  // machine's own. InvalidArgument: `url` is neither http:// nor https://, or there is no such
  // file.
  static absl::StatusOr<std::unique_ptr<WebhookSink>> Create(
      absl::string_view url, absl::string_view ca_file = "",
      absl::Duration timeout = absl::Seconds(10));

  absl::string_view name() const override { return "webhook"; }

  absl::Status Send(const Alert& alert) override;

 private:
  WebhookSink(std::string url, std::string ca_file, absl::Duration timeout)
      : url_(std::move(url)), ca_file_(std::move(ca_file)), timeout_(timeout) {}

  const std::string url_;
  const std::string ca_file_;
  const absl::Duration timeout_;
};

}  // namespace dims

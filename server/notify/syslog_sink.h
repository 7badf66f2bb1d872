// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/tcp_connect.h"
#include "common/base/unique_fd.h"
#include "server/notify/alert_sink.h"
#include "server/notify/alert_text.h"

namespace dims {

// Sends each alert as an RFC 5424 message: one datagram to udp://HOST:PORT, octet-counted (RFC
// 6587) to tcp://HOST:PORT over a connection made for it, one datagram to the socket
// unix:///dev/log.
//
// Errors: Unavailable when it could not be sent. Thread: one.
class SyslogSink final : public AlertSink {
 public:
  // InvalidArgument: `target` is none of the three forms.
  static absl::StatusOr<std::unique_ptr<SyslogSink>> Create(
      absl::string_view target, SyslogSender sender, absl::Duration timeout = absl::Seconds(10));

  absl::string_view name() const override { return "syslog"; }

  absl::Status Send(const Alert& alert) override;

 private:
  enum class Transport : std::uint8_t { kUdp, kTcp, kUnix };

  SyslogSink(Transport transport, HostPort address, std::string path, SyslogSender sender,
             absl::Duration timeout)
      : transport_(transport),
        address_(std::move(address)),
        path_(std::move(path)),
        sender_(std::move(sender)),
        timeout_(timeout) {}

  absl::StatusOr<UniqueFd> OpenUdp() const;
  absl::StatusOr<UniqueFd> OpenTcp() const;
  absl::StatusOr<UniqueFd> OpenUnix() const;

  const Transport transport_;
  const HostPort address_;
  const std::string path_;
  const SyslogSender sender_;
  const absl::Duration timeout_;
};

}  // namespace dims

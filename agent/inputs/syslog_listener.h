// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

enum class SyslogTransport : std::uint8_t { kUdp, kTcp };

// Where syslog is listened for. A value.
struct SyslogListener {
  SyslogTransport transport = SyslogTransport::kUdp;
  std::string address;  // IPv4 or IPv6, without brackets
  std::uint16_t port = 0;
  std::uint64_t receive_buffer_bytes = 8u << 20;  // of the socket, as far as the kernel allows

  // "udp://127.0.0.1:514", "tcp://[::1]:6514"; also the source's name, after "syslog:".
  std::string Text() const;

  friend bool operator==(const SyslogListener&, const SyslogListener&) = default;
};

// The listener of such a text: a scheme, an address and a port. InvalidArgument says what is wrong.
absl::StatusOr<SyslogListener> ParseSyslogListener(absl::string_view text);

}  // namespace dims

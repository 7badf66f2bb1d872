// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/tls_context.h"
#include "common/event/ip_address.h"

namespace dims {

enum class SyslogTransport : std::uint8_t { kUdp, kTcp, kTls };

// Where syslog is listened for. A value.
struct SyslogListener {
  SyslogTransport transport = SyslogTransport::kUdp;
  std::string address;  // IPv4 or IPv6, without brackets
  std::uint16_t port = 0;
  std::uint64_t receive_buffer_bytes = 8u << 20;  // of the socket, as far as the kernel allows
  TlsFiles tls = {};                              // kTls alone has some
  std::vector<Cidr> allow = {};                   // who may send; empty: everybody

  // "udp://127.0.0.1:514", "tls://[::1]:6514"; also the source's name, after "syslog:".
  std::string Text() const;

  bool Allows(const IpAddress& sender) const;

  // The same socket would do for both.
  bool SharesSocketWith(const SyslogListener& other) const;

  friend bool operator==(const SyslogListener&, const SyslogListener&) = default;
};

// The sockets of one list would do for the other, one by one.
bool ShareSockets(const std::vector<SyslogListener>& a, const std::vector<SyslogListener>& b);

// The listener of such a text: a scheme, an address and a port. InvalidArgument says what is wrong.
absl::StatusOr<SyslogListener> ParseSyslogListener(absl::string_view text);

}  // namespace dims

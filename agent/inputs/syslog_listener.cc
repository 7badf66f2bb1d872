// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_listener.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

bool IsAddress(int family, const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, text.c_str(), bytes) == 1;
}

}  // namespace

std::string SyslogListener::Text() const {
  const bool v6 = address.find(':') != std::string::npos;
  return absl::StrCat(transport == SyslogTransport::kUdp ? "udp://" : "tcp://", v6 ? "[" : "",
                      address, v6 ? "]" : "", ":", port);
}

absl::StatusOr<SyslogListener> ParseSyslogListener(absl::string_view text) {
  const auto wrong = [&](absl::string_view reason) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\": ", reason, "; write \"udp://127.0.0.1:514\" or \"tcp://[::1]:6514\""));
  };
  SyslogListener listener;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "tcp://")) {
    listener.transport = SyslogTransport::kTcp;
  } else if (!absl::ConsumePrefix(&rest, "udp://")) {
    return wrong("it must begin with udp:// or tcp://");
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos) return wrong("the port is missing");
  std::uint32_t port = 0;
  if (!absl::SimpleAtoi(rest.substr(colon + 1), &port) || port > 65'535) {
    return wrong("the port must be a number from 0 to 65535");
  }
  listener.port = static_cast<std::uint16_t>(port);
  absl::string_view address = rest.substr(0, colon);
  const bool brackets = absl::ConsumePrefix(&address, "[") && absl::ConsumeSuffix(&address, "]");
  listener.address = std::string(address);
  if (!IsAddress(brackets ? AF_INET6 : AF_INET, listener.address)) {
    return wrong("an address in figures is needed, IPv6 in brackets");
  }
  return listener;
}

}  // namespace dims

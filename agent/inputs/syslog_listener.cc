// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_listener.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

bool IsAddress(int family, const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, text.c_str(), bytes) == 1;
}

absl::string_view SchemeOf(SyslogTransport transport) {
  switch (transport) {
    case SyslogTransport::kUdp:
      return "udp://";
    case SyslogTransport::kTcp:
      return "tcp://";
    case SyslogTransport::kTls:
      return "tls://";
  }
  return "";
}

bool TakeScheme(absl::string_view& text, SyslogTransport& transport) {
  for (const SyslogTransport known :
       {SyslogTransport::kUdp, SyslogTransport::kTcp, SyslogTransport::kTls}) {
    transport = known;
    if (absl::ConsumePrefix(&text, SchemeOf(known))) return true;
  }
  return false;
}

}  // namespace

std::string SyslogListener::Text() const {
  const bool v6 = address.find(':') != std::string::npos;
  return absl::StrCat(SchemeOf(transport), v6 ? "[" : "", address, v6 ? "]" : "", ":", port);
}

bool SyslogListener::Allows(const IpAddress& sender) const {
  return allow.empty() || std::any_of(allow.begin(), allow.end(),
                                      [&](const Cidr& range) { return range.Contains(sender); });
}

bool SyslogListener::SharesSocketWith(const SyslogListener& other) const {
  return transport == other.transport && address == other.address && port == other.port &&
         receive_buffer_bytes == other.receive_buffer_bytes;
}

bool ShareSockets(const std::vector<SyslogListener>& a, const std::vector<SyslogListener>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return one.SharesSocketWith(other); });
}

absl::StatusOr<SyslogListener> ParseSyslogListener(absl::string_view text) {
  const auto wrong = [&](absl::string_view reason) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\": ", reason,
                     "; write \"udp://127.0.0.1:514\", \"tcp://[::1]:514\" or "
                     "\"tls://0.0.0.0:6514\""));
  };
  SyslogListener listener;
  absl::string_view rest = text;
  if (!TakeScheme(rest, listener.transport)) {
    return wrong("it must begin with udp://, tcp:// or tls://");
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

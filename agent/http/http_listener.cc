// SPDX-License-Identifier: Apache-2.0
#include "agent/http/http_listener.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/event/ip_address.h"

namespace dims {

std::string HttpListener::Text() const {
  return absl::StrCat("http://", HostPort{address, port}.Text());
}

bool HttpListener::IsLoopback() const {
  const auto parsed = IpAddress::Parse(address);
  static const Cidr v4 = *Cidr::Parse("127.0.0.0/8");
  static const Cidr v6 = *Cidr::Parse("::1/128");
  return parsed && (v4.Contains(*parsed) || v6.Contains(*parsed));
}

absl::StatusOr<HttpListener> ParseHttpListener(absl::string_view text) {
  absl::string_view rest = text;
  if (!absl::ConsumePrefix(&rest, "http://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" does not begin with http://, as \"http://127.0.0.1:8088\""));
  }
  ASSIGN_OR_RETURN(const HostPort parsed, HostPort::Parse(rest));
  if (!parsed.IsAddress()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", parsed.host, "\" is no IPv4 or IPv6 address"));
  }
  HttpListener listener;
  listener.address = parsed.host;
  listener.port = parsed.port;
  return listener;
}

}  // namespace dims

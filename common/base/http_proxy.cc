// SPDX-License-Identifier: Apache-2.0
#include "common/base/http_proxy.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kAnswerBytesMax = 8 * 1024;
constexpr const char* kProxyVariables[] = {"grpc_proxy", "https_proxy", "http_proxy"};
constexpr const char* kDirectVariables[] = {"no_grpc_proxy", "no_proxy"};

bool IsExempt(const std::string& host, const HttpProxy::Environment& environment) {
  for (const char* name : kDirectVariables) {
    const char* value = environment(name);
    if (value == nullptr) continue;
    for (absl::string_view ending : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
      if (absl::EndsWithIgnoreCase(host, absl::StripAsciiWhitespace(ending))) return true;
    }
    return false;
  }
  return false;
}

// "%40" for "@"; anything that is no escape stays.
std::string PercentDecoded(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto is_digit = [&](std::size_t at) {
      return absl::ascii_isxdigit(static_cast<unsigned char>(text[at]));
    };
    const bool escape = text.size() >= 3 && text[0] == '%' && is_digit(1) && is_digit(2);
    out += escape ? absl::HexStringToBytes(text.substr(1, 2)) : std::string(1, text[0]);
    text.remove_prefix(escape ? 3 : 1);
  }
  return out;
}

absl::StatusOr<HttpProxy> Parse(const char* variable, absl::string_view value) {
  constexpr absl::string_view kScheme = "http://";
  if (!absl::StartsWithIgnoreCase(value, kScheme)) {
    return absl::InvalidArgumentError(
        absl::StrCat(variable,
                     ": write http://[USER:PASSWORD@]HOST:PORT; TLS to the proxy itself "
                     "is not spoken"));
  }
  value = absl::StripSuffix(value.substr(kScheme.size()), "/");
  HttpProxy proxy;
  if (const std::size_t at = value.rfind('@'); at != absl::string_view::npos) {
    proxy.credentials = PercentDecoded(value.substr(0, at));
    value.remove_prefix(at + 1);
    if (absl::StrContains(proxy.credentials, '@')) {  // gRPC would go past the proxy, in silence
      return absl::InvalidArgumentError(
          absl::StrCat(variable, ": a user or password with an @ is not understood"));
    }
  }
  const std::size_t colon = value.rfind(':');
  const std::string with_port = colon == absl::string_view::npos || value.back() == ']'
                                    ? absl::StrCat(value, ":80")
                                    : std::string(value);
  ASSIGN_OR_RETURN(proxy.address, HostPort::Parse(with_port), variable);
  return proxy;
}

absl::Status SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return absl::UnavailableError(std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return absl::OkStatus();
}

// Byte by byte, so that nothing of what follows the answer's head is taken. Bounded in time as a
// whole: a proxy that drips is no proxy.
absl::StatusOr<std::string> ReadHead(int fd, absl::Duration timeout) {
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + timeout;
  std::string head;
  while (!absl::EndsWith(head, "\r\n\r\n")) {
    const absl::Duration left = deadline - clock.Monotonic();
    if (left <= absl::ZeroDuration()) return absl::UnavailableError("it did not answer CONNECT");
    if (head.size() >= kAnswerBytesMax) return absl::UnavailableError("its answer has no end");
    const timeval wait = absl::ToTimeval(left);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    char byte = 0;
    const ssize_t got = ::recv(fd, &byte, 1, 0);
    if (got == 0) return absl::UnavailableError("it closed the connection after CONNECT");
    if (got == 1) head += byte;
    if (got < 0 && errno != EINTR && errno != EAGAIN) {
      return absl::UnavailableError(std::strerror(errno));
    }
  }
  const timeval none = {0, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
  return head;
}

absl::Status JudgeAnswer(absl::string_view head, const HostPort& target, bool with_credentials) {
  int code = 0;
  const std::vector<absl::string_view> words =
      absl::StrSplit(head.substr(0, head.find('\r')), absl::MaxSplits(' ', 2));
  if (!absl::StartsWith(head, "HTTP/1.") || words.size() < 2 ||
      !absl::SimpleAtoi(words[1], &code)) {
    return absl::UnavailableError("it does not speak HTTP: is this the proxy's port?");
  }
  if (code >= 200 && code <= 299) return absl::OkStatus();
  if (code == 407) {
    return absl::PermissionDeniedError(
        with_credentials
            ? "407: it does not take this user and password"
            : "407: it wants a user and password: http://USER:PASSWORD@HOST:PORT (Basic only)");
  }
  if (code == 403 || code == 405) {
    return absl::PermissionDeniedError(absl::StrCat(code, ": it does not allow a tunnel to ",
                                                    target.Text(), ": ask for one (CONNECT)"));
  }
  return absl::UnavailableError(absl::StrCat("it answered ", code, " to CONNECT ", target.Text()));
}

}  // namespace

absl::StatusOr<std::optional<HttpProxy>> HttpProxy::For(const HostPort& target,
                                                        const Environment& environment) {
  for (const char* name : kProxyVariables) {
    const char* value = environment(name);
    if (value == nullptr || *value == '\0') continue;
    if (IsExempt(target.host, environment)) return std::nullopt;
    ASSIGN_OR_RETURN(HttpProxy proxy, Parse(name, value));
    return proxy;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<HttpProxy>> HttpProxy::For(const HostPort& target) {
  return For(target, [](const char* name) -> const char* { return std::getenv(name); });
}

absl::Status HttpProxy::OpenTunnel(const UniqueFd& connected, const HostPort& target,
                                   absl::Duration timeout) const {
  const std::string context = absl::StrCat("proxy ", address.Text());
  std::string request =
      absl::StrCat("CONNECT ", target.Text(), " HTTP/1.1\r\nHost: ", target.Text(), "\r\n");
  if (!credentials.empty()) {
    absl::StrAppend(&request, "Proxy-Authorization: Basic ", absl::Base64Escape(credentials),
                    "\r\n");
  }
  RETURN_IF_ERROR(SendAll(connected.get(), request + "\r\n"), context);
  ASSIGN_OR_RETURN(const std::string head, ReadHead(connected.get(), timeout), context);
  return Annotate(JudgeAnswer(head, target, !credentials.empty()), context);
}

absl::StatusOr<UniqueFd> ConnectOutward(const HostPort& target, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const std::optional<HttpProxy> proxy, HttpProxy::For(target));
  const HostPort& first = proxy ? proxy->address : target;
  ASSIGN_OR_RETURN(const std::vector<HostPort> addresses, ResolveHost(first));
  ASSIGN_OR_RETURN(UniqueFd connected, ConnectTcp(addresses, timeout),
                   proxy ? absl::StrCat("proxy ", first.Text()) : first.Text());
  if (proxy) RETURN_IF_ERROR(proxy->OpenTunnel(connected, target, timeout));
  return connected;
}

}  // namespace dims

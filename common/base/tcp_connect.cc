// SPDX-License-Identifier: Apache-2.0
#include "common/base/tcp_connect.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kHostBytesMax = 253;

struct AddressesFree {
  void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};

using Addresses = std::unique_ptr<addrinfo, AddressesFree>;

absl::StatusOr<Addresses> LookUp(const HostPort& target, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(target.host.c_str(), absl::StrCat(target.port).c_str(), &hints, &found);
  if (error == 0) return Addresses(found);
  const std::string message =
      absl::StrCat("cannot resolve ", target.host, ": ", ::gai_strerror(error));
  if (error == EAI_AGAIN) return absl::UnavailableError(message);
  return absl::NotFoundError(message);
}

absl::Status WaitConnected(int fd, absl::Duration timeout) {
  pollfd waiting = {fd, POLLOUT, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  if (ready == 0) return absl::UnavailableError("no answer (a firewall may drop it)");
  if (ready < 0) return absl::ErrnoToStatus(errno, "poll");
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error != 0) return absl::UnavailableError(std::strerror(error));
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> ConnectOne(const HostPort& address, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const Addresses found, LookUp(address, AI_NUMERICHOST | AI_NUMERICSERV));
  UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "socket");
  if (::connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return absl::UnavailableError(std::strerror(errno));
    RETURN_IF_ERROR(WaitConnected(fd.get(), timeout));
  }
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, "fcntl");
  }
  return fd;
}

}  // namespace

absl::StatusOr<HostPort> HostPort::Parse(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text.substr(0, kHostBytesMax), "\" is not HOST:PORT"));
  }
  absl::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool bare_ipv6 = !bracketed && host.find(':') != absl::string_view::npos;
  const bool odd = std::any_of(host.begin(), host.end(), [](char c) {
    return c <= ' ' || c > '~' || c == '/' || c == '"' || c == '\\' || c == '[' || c == ']';
  });
  if (host.empty() || host.size() > kHostBytesMax || bare_ipv6 || odd) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text.substr(0, kHostBytesMax),
                     "\" is not HOST:PORT (an IPv6 address goes into brackets: [::1]:7443)"));
  }
  return HostPort{std::string(host), static_cast<std::uint16_t>(port)};
}

std::string HostPort::Text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

bool HostPort::IsAddress() const {
  in6_addr ignored = {};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

absl::StatusOr<std::vector<HostPort>> ResolveHost(const HostPort& target) {
  ASSIGN_OR_RETURN(const Addresses found, LookUp(target, AI_NUMERICSERV));
  std::vector<HostPort> addresses;
  for (const addrinfo* at = found.get(); at != nullptr; at = at->ai_next) {
    char host[NI_MAXHOST] = {};
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof(host), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      addresses.push_back({host, target.port});
    }
  }
  return addresses;
}

absl::StatusOr<UniqueFd> ConnectTcp(const std::vector<HostPort>& addresses,
                                    absl::Duration timeout) {
  std::string answers;
  for (const HostPort& address : addresses) {
    absl::StatusOr<UniqueFd> connected = ConnectOne(address, timeout);
    if (connected.ok()) return connected;
    absl::StrAppend(&answers, answers.empty() ? "" : "; ", address.Text(), ": ",
                    connected.status().message());
  }
  return absl::UnavailableError(answers.empty() ? "no address to connect to" : answers);
}

}  // namespace dims

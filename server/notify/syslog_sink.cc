// SPDX-License-Identifier: Apache-2.0
#include "server/notify/syslog_sink.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::Status Failed(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat("syslog: ", what, ": ", std::strerror(errno)));
}

struct AddressesDeleter {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

// All of `bytes`; a datagram goes in one piece.
absl::Status SendAll(const UniqueFd& socket, absl::string_view bytes, bool datagram) {
  do {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return Failed("send");
    if (datagram) return absl::OkStatus();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  } while (!bytes.empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SyslogSink>> SyslogSink::Create(absl::string_view target,
                                                               SyslogSender sender,
                                                               absl::Duration timeout) {
  absl::string_view rest = target;
  const bool udp = absl::ConsumePrefix(&rest, "udp://");
  const bool tcp = !udp && absl::ConsumePrefix(&rest, "tcp://");
  HostPort address;
  std::string path;
  if (udp || tcp) {
    ASSIGN_OR_RETURN(address, HostPort::Parse(rest), target);
  } else {
    absl::ConsumePrefix(&rest, "unix://");
    if (!absl::StartsWith(rest, "/") || rest.size() >= sizeof(sockaddr_un::sun_path)) {
      return absl::InvalidArgumentError(
          absl::StrCat(target, ": write udp://HOST:PORT, tcp://HOST:PORT or unix:///dev/log"));
    }
    path = std::string(rest);
  }
  const Transport transport = udp ? Transport::kUdp : tcp ? Transport::kTcp : Transport::kUnix;
  return std::unique_ptr<SyslogSink>(
      new SyslogSink(transport, std::move(address), std::move(path), std::move(sender), timeout));
}

absl::Status SyslogSink::Send(const Alert& alert) {
  std::string message = AlertSyslog(alert, sender_);
  const bool tcp = transport_ == Transport::kTcp;
  if (tcp) message = absl::StrCat(message.size(), " ", message);
  absl::StatusOr<UniqueFd> socket =
      tcp ? OpenTcp() : (transport_ == Transport::kUdp ? OpenUdp() : OpenUnix());
  RETURN_IF_ERROR(socket.status());
  const timeval wait = absl::ToTimeval(timeout_);
  ::setsockopt(socket->get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  RETURN_IF_ERROR(SendAll(*socket, message, !tcp));
  if (tcp) ::shutdown(socket->get(), SHUT_WR);
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> SyslogSink::OpenUdp() const {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int result =
      ::getaddrinfo(address_.host.c_str(), absl::StrCat(address_.port).c_str(), &hints, &found);
  if (result != 0)
    return absl::UnavailableError(
        absl::StrCat("syslog: ", address_.host, ": ", gai_strerror(result)));
  const std::unique_ptr<addrinfo, AddressesDeleter> addresses(found);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    UniqueFd socket(::socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.valid() && ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return Failed(address_.Text());
}

absl::StatusOr<UniqueFd> SyslogSink::OpenTcp() const {
  ASSIGN_OR_RETURN(const std::vector<HostPort> addresses, ResolveHost(address_), "syslog");
  ASSIGN_OR_RETURN(UniqueFd socket, ConnectTcp(addresses, timeout_), "syslog");
  return socket;
}

absl::StatusOr<UniqueFd> SyslogSink::OpenUnix() const {
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Failed("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return Failed(path_);
  return socket;
}

}  // namespace dims

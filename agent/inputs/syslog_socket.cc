// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

constexpr int kBacklog = 128;
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveProbeSeconds = 20;
constexpr int kKeepAliveProbes = 3;

absl::Status SocketError(const SyslogListener& listener, absl::string_view action) {
  const int error = errno;
  std::string text =
      absl::StrCat("syslog ", listener.Text(), ": ", action, ": ", std::strerror(error));
  if (error == EACCES || error == EPERM) {
    absl::StrAppend(&text, " (ports below 1024 come by dims-agent-syslog.socket)");
    return absl::PermissionDeniedError(text);
  }
  return absl::UnavailableError(text);
}

socklen_t FillAddress(const SyslogListener& listener, sockaddr_storage& storage) {
  if (listener.address.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(listener.port);
    ::inet_pton(AF_INET, listener.address.c_str(), &v4.sin_addr);
    return sizeof(v4);
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(listener.port);
  ::inet_pton(AF_INET6, listener.address.c_str(), &v6.sin6_addr);
  return sizeof(v6);
}

void SetOption(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof(value));
}

int TypeOf(int socket) {
  int type = 0;
  socklen_t size = sizeof(type);
  return ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 ? type : 0;
}

int TypeOf(const SyslogListener& listener) {
  return listener.transport == SyslogTransport::kUdp ? SOCK_DGRAM : SOCK_STREAM;
}

}  // namespace

absl::StatusOr<UniqueFd> BindSyslogSocket(const SyslogListener& listener) {
  sockaddr_storage address{};
  const socklen_t size = FillAddress(listener, address);
  const int type = TypeOf(listener);
  UniqueFd socket(::socket(address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return SocketError(listener, "socket");
  if (type == SOCK_STREAM) SetOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  const auto bytes = static_cast<int>(
      std::min<std::uint64_t>(listener.receive_buffer_bytes, std::numeric_limits<int>::max() / 2));
  if (type == SOCK_DGRAM) SetOption(socket.get(), SOL_SOCKET, SO_RCVBUF, bytes);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return SocketError(listener, "bind");
  }
  if (type == SOCK_STREAM && ::listen(socket.get(), kBacklog) != 0) {
    return SocketError(listener, "listen");
  }
  return socket;
}

UniqueFd TakeInherited(const SyslogListener& listener, std::vector<UniqueFd>& inherited) {
  for (UniqueFd& socket : inherited) {
    if (!socket.valid() || TypeOf(socket.get()) != TypeOf(listener)) continue;
    if (PortOf(socket.get()) != listener.port) continue;
    const int flags = ::fcntl(socket.get(), F_GETFL);
    ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK);
    return std::move(socket);
  }
  return {};
}

void KeepShared(const std::vector<SyslogListener>& open, const std::vector<SyslogListener>& wanted,
                std::vector<UniqueFd>& sockets) {
  for (std::size_t n = 0; n < sockets.size() && n < open.size(); ++n) {
    const SyslogListener& listener = open[n];
    const bool kept = std::any_of(wanted.begin(), wanted.end(), [&](const SyslogListener& one) {
      return one.SharesSocketWith(listener);
    });
    if (!kept) sockets[n] = UniqueFd();
  }
}

std::uint16_t PortOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

SyslogPeer PeerAt(const sockaddr_storage& address) {
  SyslogPeer peer;
  if (address.ss_family == AF_INET) {
    peer.address =
        IpAddress::FromV4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  } else if (address.ss_family == AF_INET6) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr,
                bytes.size());
    peer.address = IpAddress(bytes);
  }
  peer.text = peer.address.ToString();
  return peer;
}

void KeepAlive(int socket) {
  SetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveProbeSeconds);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
}

std::uint32_t KernelDrops(int socket) {
  std::uint32_t values[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof(values);
  if (::getsockopt(socket, SOL_SOCKET, SO_MEMINFO, values, &size) != 0) return 0;
  return size > SK_MEMINFO_DROPS * sizeof(values[0]) ? values[SK_MEMINFO_DROPS] : 0;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/inputs/syslog_listener.h"
#include "common/base/unique_fd.h"
#include "common/event/ip_address.h"

namespace dims {

// The system calls around syslog's sockets; no state.

// A bound, non-blocking socket for `listener`; TCP also listens.
absl::StatusOr<UniqueFd> BindSyslogSocket(const SyslogListener& listener);

// Takes the socket of the listener's kind and port out of `inherited`; none when there is none.
UniqueFd TakeInherited(const SyslogListener& listener, std::vector<UniqueFd>& inherited);

// Closes those of `sockets`, each of the listener in the same place of `open`, that none of
// `wanted` would bind again: their ports are free then.
void KeepShared(const std::vector<SyslogListener>& open, const std::vector<SyslogListener>& wanted,
                std::vector<UniqueFd>& sockets);

// The port a socket is bound to.
std::uint16_t PortOf(int socket);

// Who sends. A value.
struct SyslogPeer {
  IpAddress address;
  std::string text;  // "192.0.2.1", "2001:db8::1"; an IPv4 address inside IPv6 as IPv4
};

SyslogPeer PeerAt(const sockaddr_storage& address);

// Finds out within minutes that the peer of a TCP connection is gone without a word.
void KeepAlive(int socket);

// Datagrams the kernel dropped at this socket since it was made.
std::uint32_t KernelDrops(int socket);

}  // namespace dims

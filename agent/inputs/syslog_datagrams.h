// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "agent/inputs/syslog_socket.h"

namespace dims {

// Room for the datagrams of one recvmmsg: a system call for up to kCountMax of them. Its pages are
// touched only as far as datagrams are long.
//
// Thread: one. What it hands out holds until the next Receive.
class SyslogDatagrams {
 public:
  static constexpr std::size_t kCountMax = 64;
  static constexpr std::size_t kBytesMax = 64u << 10;  // IPv4 and IPv6 allow no more

  SyslogDatagrams();

  // How many came; kCountMax: there may be more.
  std::size_t Receive(int socket);

  // Without the line feed or NUL that some senders put behind it; may be empty.
  absl::string_view Message(std::size_t n) const;

  // An address is read and written out only when it differs from the one asked for before.
  const SyslogPeer& PeerOf(std::size_t n);

 private:
  std::unique_ptr<char[]> bytes_;
  iovec parts_[kCountMax];
  sockaddr_storage peers_[kCountMax];
  mmsghdr messages_[kCountMax] = {};
  sockaddr_storage last_address_{};
  SyslogPeer last_peer_;
};

}  // namespace dims

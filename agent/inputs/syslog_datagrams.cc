// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_datagrams.h"

#include <cstring>

namespace dims {

SyslogDatagrams::SyslogDatagrams() : bytes_(new char[kCountMax * kBytesMax]) {
  for (std::size_t n = 0; n < kCountMax; ++n) {
    parts_[n] = {bytes_.get() + n * kBytesMax, kBytesMax};
    messages_[n].msg_hdr.msg_iov = &parts_[n];
    messages_[n].msg_hdr.msg_iovlen = 1;
    messages_[n].msg_hdr.msg_name = &peers_[n];
  }
}

std::size_t SyslogDatagrams::Receive(int socket) {
  for (mmsghdr& message : messages_) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  const int count = ::recvmmsg(socket, messages_, kCountMax, MSG_DONTWAIT, nullptr);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

absl::string_view SyslogDatagrams::Message(std::size_t n) const {
  absl::string_view message(bytes_.get() + n * kBytesMax, messages_[n].msg_len);
  while (!message.empty() && (message.back() == '\n' || message.back() == '\0')) {
    message.remove_suffix(1);
  }
  return message;
}

const SyslogPeer& SyslogDatagrams::PeerOf(std::size_t n) {
  const socklen_t size = messages_[n].msg_hdr.msg_namelen;
  if (last_peer_.text.empty() || std::memcmp(&peers_[n], &last_address_, size) != 0) {
    std::memcpy(&last_address_, &peers_[n], size);
    last_peer_ = PeerAt(peers_[n]);
  }
  return last_peer_;
}

}  // namespace dims

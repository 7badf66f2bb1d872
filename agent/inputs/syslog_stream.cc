// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace dims {

SyslogStream::Got SyslogStream::Read(std::span<char> room) {
  if (!session_) {
    const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) return {State::kBytes, static_cast<std::size_t>(got)};
    const bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
    return {again ? State::kNothing : State::kClosed, 0};
  }
  const TlsSession::Outcome got = session_->Read(room);
  wants_write_ = got.state == TlsSession::State::kWantWrite;
  switch (got.state) {
    case TlsSession::State::kDone:
      return {State::kBytes, got.bytes};
    case TlsSession::State::kWantRead:
    case TlsSession::State::kWantWrite:
      return {State::kNothing, 0};
    case TlsSession::State::kClosed:
      return {State::kClosed, 0};
    case TlsSession::State::kFailed:
      return {State::kFailed, 0};
  }
  return {State::kFailed, 0};
}

void SyslogStream::Close() {
  if (session_) session_->SayEnd();
  session_.reset();
  socket_.Reset();
}

}  // namespace dims

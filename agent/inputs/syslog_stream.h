// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "common/base/unique_fd.h"
#include "common/crypto/tls_session.h"

namespace dims {

// The bytes that one peer sends over TCP, plain or inside TLS. The TLS handshake is part of the
// first reads; established() says when it is over.
//
// Owns the socket, which must not block. Thread: one at a time. Move only.
class SyslogStream {
 public:
  // Read with at least this much room, or what TLS has already decrypted is left behind.
  static constexpr std::size_t kReadBytesMin = TlsSession::kReadBytesMin;

  enum class State : std::uint8_t {
    kBytes,  // at least one; there may be more
    kNothing,
    kClosed,  // by the peer
    kFailed,  // error() says why
  };

  struct Got {
    State state = State::kNothing;
    std::size_t bytes = 0;
  };

  SyslogStream() = default;

  explicit SyslogStream(UniqueFd socket) : socket_(std::move(socket)) {}

  SyslogStream(UniqueFd socket, TlsSession session)
      : socket_(std::move(socket)), session_(std::move(session)) {}

  Got Read(std::span<char> room);

  // The handshake cannot go on before something is written.
  bool wants_write() const { return wants_write_; }

  bool established() const { return !session_ || session_->established(); }

  bool encrypted() const { return session_.has_value(); }

  const std::string& error() const { return session_->error(); }

  int socket() const { return socket_.get(); }

  void Close();

 private:
  UniqueFd socket_;
  std::optional<TlsSession> session_;
  bool wants_write_ = false;
};

}  // namespace dims

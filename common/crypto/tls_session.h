// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/tls_context.h"

struct ssl_st;

namespace dims {

// One TLS connection, either end, over a socket that does not block and is the caller's. The
// handshake is part of whatever is asked for first; time limits are the caller's, who sees by
// established() whether it is done.
//
// Guarantees: no call blocks, raises SIGPIPE or throws; a peer's bytes can only end its own
// session. Read returns what the peer sent before it closed or failed.
// Limits: one record (16 KiB) each way besides the caller's room. Thread: one at a time. The socket
// must outlive it. Move only.
class TlsSession {
 public:
  // Room that Read needs to leave nothing behind that only another Read would find.
  static constexpr std::size_t kReadBytesMin = 16u << 10;

  enum class State : std::uint8_t {
    kDone,       // `bytes` were moved, at least one; for Handshake: it is over
    kWantRead,   // again when the socket can be read
    kWantWrite,  // again when it can be written
    kClosed,     // the peer ended the session or the connection
    kFailed,     // error() says why; close the socket
  };

  struct Outcome {
    State state = State::kDone;
    std::size_t bytes = 0;
  };

  // For a client `server` is the name or address it wants to reach: it is sent, and the server's
  // certificate must bear it unless the context names its peers.
  static absl::StatusOr<TlsSession> Open(std::shared_ptr<const TlsContext> context, int socket,
                                         const std::string& server = "");

  Outcome Handshake();

  // As much as is there and fits. With less room than kReadBytesMin what was decrypted may wait for
  // another call though the socket has nothing to read.
  // REQUIRES: room is not empty.
  Outcome Read(std::span<char> room);

  // Part of `bytes`. After kWantRead or kWantWrite the same bytes come again, or more after them.
  // REQUIRES: bytes are not empty.
  Outcome Write(absl::string_view bytes);

  // Tells the peer that no more will come, if the socket takes it now.
  void SayEnd();

  bool established() const;

  // Why it failed, in words of OpenSSL or of the check of the peer's certificate.
  const std::string& error() const { return error_; }

  // "TLSv1.3 TLS_AES_256_GCM_SHA384".
  std::string Protocol() const;

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  TlsSession(std::shared_ptr<const TlsContext> context, ssl_st* owned)
      : context_(std::move(context)), ssl_(owned) {}

  State StateAfter(int result);

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
  std::string error_;
  bool over_ = false;
};

}  // namespace dims

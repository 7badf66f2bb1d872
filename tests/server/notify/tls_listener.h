// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/base/unique_fd.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/openssl_types.h"

namespace dims {

// A web server for one conversation over TLS on the loopback interface, certified by `authority`
// for 127.0.0.1. Waits at most ten seconds for anything.
class TlsListener {
 public:
  explicit TlsListener(const CertificateAuthority& authority);

  std::uint16_t port() const { return port_; }

  // Accepts one connection, reads a request with its body, answers, closes; empty when the
  // handshake failed.
  std::string Serve(const std::string& answer) const;

 private:
  SslContextPtr context_;
  std::uint16_t port_ = 0;  // set by the making of the socket
  UniqueFd socket_;
};

}  // namespace dims

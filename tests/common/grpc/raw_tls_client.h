// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/crypto/openssl_types.h"

namespace dims {

// A TLS client below gRPC, for what gRPC's own client cannot be told to do: speak an old version,
// resume a session. Thread: one.
class RawTlsClient {
 public:
  RawTlsClient(std::uint16_t port, const std::string& key_pem, const std::string& certificate_pem);

  // Speaks at most TLS 1.2.
  void LimitToTls12();

  // Offers the session that the last Connect was given.
  void OfferSession();

  // True when the server completed the handshake and then sent HTTP/2 bytes: it let us in.
  bool Connect();

  bool resumed() const { return resumed_; }

 private:
  struct SessionFree {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };

  const std::uint16_t port_;
  SslContextPtr context_;
  std::unique_ptr<SSL_SESSION, SessionFree> session_;
  bool offer_session_ = false;
  bool resumed_ = false;
};

}  // namespace dims

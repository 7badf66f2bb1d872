// SPDX-License-Identifier: Apache-2.0
#include "tests/common/grpc/raw_tls_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "common/base/check.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/certificate.h"
#include "common/crypto/private_key.h"

namespace dims {

RawTlsClient::RawTlsClient(std::uint16_t port, const std::string& key_pem,
                           const std::string& certificate_pem)
    : port_(port), context_(SSL_CTX_new(TLS_client_method())) {
  const PrivateKey key = *PrivateKey::FromPem(key_pem);
  const Certificate certificate = *Certificate::FromPem(certificate_pem);
  DIMS_CHECK(SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  DIMS_CHECK(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
  constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  DIMS_CHECK(SSL_CTX_set_alpn_protos(context_.get(), kHttp2, sizeof(kHttp2)) == 0);
}

void RawTlsClient::LimitToTls12() {
  DIMS_CHECK(SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION) == 1);
}

void RawTlsClient::OfferSession() {
  offer_session_ = true;
}

bool RawTlsClient::Connect() {
  const UniqueFd fd = *ConnectTcp({{"127.0.0.1", port_}}, absl::Seconds(10));
  const timeval limit = {10, 0};
  DIMS_CHECK(::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
  const SslPtr client(SSL_new(context_.get()));
  DIMS_CHECK(SSL_set_fd(client.get(), fd.get()) == 1);
  if (offer_session_) DIMS_CHECK(SSL_set_session(client.get(), session_.get()) == 1);
  resumed_ = false;
  char byte = 0;
  const bool admitted = SSL_connect(client.get()) == 1 && SSL_read(client.get(), &byte, 1) == 1;
  resumed_ = SSL_session_reused(client.get()) == 1;
  if (admitted) session_.reset(SSL_get1_session(client.get()));
  // Without a goodbye OpenSSL takes the session for broken and never offers it again.
  SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  TakeOpensslError();
  return admitted;
}

}  // namespace dims

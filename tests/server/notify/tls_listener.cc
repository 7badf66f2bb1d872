// SPDX-License-Identifier: Apache-2.0
#include "tests/server/notify/tls_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

UniqueFd Listen(std::uint16_t& port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  DIMS_CHECK(::bind(socket.get(), plain, sizeof(address)) == 0);
  DIMS_CHECK(::listen(socket.get(), 8) == 0);
  socklen_t size = sizeof(address);
  DIMS_CHECK(::getsockname(socket.get(), plain, &size) == 0);
  port = ntohs(address.sin_port);
  return socket;
}

void LimitWait(const UniqueFd& socket) {
  const timeval wait{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

}  // namespace

TlsListener::TlsListener(const CertificateAuthority& authority)
    : context_(SSL_CTX_new(TLS_server_method())), socket_(Listen(port_)) {
  SeededRandom random(2);
  const PrivateKey key = PrivateKey::Generate().value();
  const PublicKey public_key = PublicKey::Of(key.get()).value();
  const CertificateProfile profile = {
      Principal::Server("group"), {}, {"127.0.0.1"}, absl::Hours(1)};
  const Certificate certificate =
      authority.Issue(public_key, profile, SystemClock().Now(), random).value();
  DIMS_CHECK(SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  DIMS_CHECK(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
  LimitWait(socket_);
}

std::string TlsListener::Serve(const std::string& answer) const {
  const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
  LimitWait(connection);
  const SslPtr server(SSL_new(context_.get()));
  DIMS_CHECK(SSL_set_fd(server.get(), connection.get()) == 1);
  if (SSL_accept(server.get()) != 1) return "";
  std::string request;
  char bytes[4096];
  int size = 0;
  // A body that is JSON ends with its brace.
  while (!request.ends_with('}') && (size = SSL_read(server.get(), bytes, sizeof(bytes))) > 0) {
    request.append(bytes, static_cast<std::size_t>(size));
  }
  SSL_write(server.get(), answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(server.get());
  return request;
}

}  // namespace dims

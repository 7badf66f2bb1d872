// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/tls_probe.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/http_proxy.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

constexpr unsigned char kHttp2[] = {2, 'h', '2'};  // the protocol the server insists on

absl::StatusOr<SslPtr> NewClient(int fd) {
  const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  DIMS_CHECK(context != nullptr);
  DIMS_CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // PinnedAuthority decides
  DIMS_CHECK(SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof(kHttp2)) == 0);
  SslPtr client(SSL_new(context.get()));
  DIMS_CHECK(client != nullptr);
  if (SSL_set_fd(client.get(), fd) != 1 ||
      SSL_set_tlsext_host_name(client.get(), std::string(kServerTlsName).c_str()) != 1) {
    return absl::InternalError(absl::StrCat("TLS client: ", TakeOpensslError()));
  }
  return client;
}

// Waits until the handshake can go on. False when the time is over.
bool WaitFor(int fd, int want, absl::Duration left) {
  const short events = want == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
  pollfd waiting = {fd, events, 0};
  return left > absl::ZeroDuration() &&
         ::poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left))) > 0;
}

absl::Status ShakeHands(SSL* client, int fd, absl::Duration timeout) {
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + timeout;
  while (true) {
    const int result = SSL_connect(client);
    if (result == 1) return absl::OkStatus();
    const int want = SSL_get_error(client, result);
    if (want == SSL_ERROR_WANT_READ || want == SSL_ERROR_WANT_WRITE) {
      if (WaitFor(fd, want, deadline - clock.Monotonic())) continue;
      return absl::UnavailableError("no TLS answer in time: is this the server's port?");
    }
    const int error = errno;
    std::string reason = TakeOpensslError();
    if (want == SSL_ERROR_SYSCALL) reason = error != 0 ? std::strerror(error) : "closed";
    return absl::UnavailableError(absl::StrCat("TLS handshake failed: ", reason));
  }
}

std::string Printable(const Certificate& certificate) {
  return absl::StrCat("\"", EscapeControls(certificate.Issuer()), "\"");
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> FetchServerChain(UniqueFd connected,
                                                          absl::Duration timeout) {
  const int fd = connected.get();
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, "TLS client: fcntl");
  }
  ASSIGN_OR_RETURN(const SslPtr client, NewClient(fd));
  RETURN_IF_ERROR(ShakeHands(client.get(), fd, timeout));
  STACK_OF(X509)* const shown = SSL_get_peer_cert_chain(client.get());
  std::vector<Certificate> chain;
  const int count = shown == nullptr ? 0 : sk_X509_num(shown);
  for (int i = 0; i < count && chain.size() < kChainCertificatesMax; ++i) {
    X509* const certificate = sk_X509_value(shown, i);
    DIMS_CHECK(X509_up_ref(certificate) == 1);
    chain.emplace_back(certificate);
  }
  if (chain.empty()) return absl::UnavailableError("the server showed no certificate");
  return chain;
}

absl::StatusOr<Certificate> PinnedAuthority(const std::vector<Certificate>& chain,
                                            const Sha256Digest& fingerprint) {
  for (const Certificate& authority : chain) {
    if (authority.Fingerprint() != fingerprint) continue;
    const absl::StatusOr<Principal> server = chain.front().Subscriber();
    if (!chain.front().IsIssuedBy(authority) || !server.ok() ||
        server->kind != Principal::Kind::kServer) {
      return absl::FailedPreconditionError(
          absl::StrCat("the right authority is shown, but it did not certify this as its server; "
                       "the certificate's issuer is ",
                       Printable(chain.front())));
    }
    return Certificate::FromPem(authority.Pem());
  }
  return absl::FailedPreconditionError(
      chain.empty() ? std::string("the server showed no certificate")
                    : absl::StrCat("the certificate was issued by ", Printable(chain.front()),
                                   ", not by the authority in the join token. Either the token is "
                                   "for another server, or a proxy that opens TLS is in the way: "
                                   "ask for a bypass for this host and port"));
}

absl::StatusOr<Certificate> FetchPinnedAuthority(absl::string_view address,
                                                 const Sha256Digest& fingerprint,
                                                 absl::Duration timeout) {
  ASSIGN_OR_RETURN(const HostPort target, HostPort::Parse(address));
  ASSIGN_OR_RETURN(UniqueFd connected, ConnectOutward(target, timeout), target.Text());
  ASSIGN_OR_RETURN(const std::vector<Certificate> chain,
                   FetchServerChain(std::move(connected), timeout), target.Text());
  ASSIGN_OR_RETURN(Certificate authority, PinnedAuthority(chain, fingerprint), target.Text());
  return authority;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

int SocketOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that is gone would raise SIGPIPE.
int WriteSocket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      ::send(SocketOf(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int ReadSocket(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(SocketOf(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long ControlSocket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

const BIO_METHOD* SocketMethod() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    DIMS_CHECK(made != nullptr);
    BIO_meth_set_write(made, WriteSocket);
    BIO_meth_set_read(made, ReadSocket);
    BIO_meth_set_ctrl(made, ControlSocket);
    return made;
  }();
  return method;
}

bool IsAddressText(const std::string& name) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

// The server's certificate must bear `name`; names, not addresses, are also sent to it.
bool Expect(SSL* ssl, const TlsContext& context, const std::string& name) {
  const bool address = IsAddressText(name);
  if (!address && SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
  if (context.names_peers()) return true;
  if (address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1;
}

std::string Reason(const SSL* ssl) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified == X509_V_OK) return TakeOpensslError();
  ERR_clear_error();
  if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return "the peer's certificate bears none of the names that may connect";
  }
  if (verified == X509_V_ERR_CERT_UNTRUSTED) {
    return "the peer's certificate is none of those that may connect";
  }
  return absl::StrCat("the peer's certificate: ", X509_verify_cert_error_string(verified));
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

absl::StatusOr<TlsSession> TlsSession::Open(std::shared_ptr<const TlsContext> context, int socket,
                                            const std::string& server) {
  ERR_clear_error();
  SSL* const ssl = SSL_new(context->get());
  DIMS_CHECK(ssl != nullptr);
  TlsSession session(std::move(context), ssl);
  BIO* const bio = BIO_new(SocketMethod());
  DIMS_CHECK(bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  if (session.context_->role() == TlsContext::Role::kServer) {
    SSL_set_accept_state(ssl);
    return session;
  }
  SSL_set_connect_state(ssl);
  if (server.empty() && !session.context_->names_peers()) {
    return absl::InvalidArgumentError("TLS: without a name to expect, any server would do");
  }
  if (!server.empty() && !Expect(ssl, *session.context_, server)) {
    return absl::InvalidArgumentError(absl::StrCat("TLS: \"", server, "\": ", TakeOpensslError()));
  }
  return session;
}

TlsSession::Outcome TlsSession::Handshake() {
  ERR_clear_error();
  return {StateAfter(SSL_do_handshake(ssl_.get())), 0};
}

TlsSession::Outcome TlsSession::Read(std::span<char> room) {
  DIMS_CHECK(!room.empty());
  Outcome out;
  while (out.bytes < room.size()) {
    // Another record would not fit whole; its rest would wait for a socket that has nothing to say.
    if (out.bytes > 0 && room.size() - out.bytes < kReadBytesMin) break;
    ERR_clear_error();
    std::size_t got = 0;
    const int result =
        SSL_read_ex(ssl_.get(), room.data() + out.bytes, room.size() - out.bytes, &got);
    if (result == 1) {
      out.bytes += got;
      continue;
    }
    // What was read comes first; an end or an error is there again at the next call.
    if (out.bytes > 0) break;
    out.state = StateAfter(result);
    return out;
  }
  return out;
}

TlsSession::Outcome TlsSession::Write(absl::string_view bytes) {
  DIMS_CHECK(!bytes.empty());
  ERR_clear_error();
  Outcome out;
  out.state = StateAfter(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &out.bytes));
  return out;
}

void TlsSession::SayEnd() {
  if (over_ || !established()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool TlsSession::established() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

std::string TlsSession::Protocol() const {
  return absl::StrCat(SSL_get_version(ssl_.get()), " ", SSL_get_cipher_name(ssl_.get()));
}

TlsSession::State TlsSession::StateAfter(int result) {
  if (result == 1) return State::kDone;
  if (over_) return error_.empty() ? State::kClosed : State::kFailed;
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return State::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return State::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      over_ = true;
      if (established()) return State::kClosed;
      error_ = "closed during the handshake";
      return State::kFailed;
    case SSL_ERROR_SYSCALL:
      over_ = true;
      error_ = system_error != 0 ? std::strerror(system_error) : "closed";
      return State::kFailed;
    default:
      over_ = true;
      error_ = Reason(ssl_.get());
      return State::kFailed;
  }
}

}  // namespace dims

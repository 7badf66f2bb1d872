// SPDX-License-Identifier: Apache-2.0
// Whatever a peer sends to a listener with TLS ends its own session or waits for more; it never
// gives bytes before the handshake is over.
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/base/check.h"
#include "common/base/unique_fd.h"
#include "common/crypto/tls_session.h"
#include "tests/support/tls_files.h"

namespace {

std::shared_ptr<const dims::TlsContext> ServerContext() {
  static const dims::TestTlsFiles files;
  static const auto context =
      *dims::TlsContext::Make(dims::TlsContext::Role::kServer, files.Of("server"));
  return context;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 60'000) return 0;
  int ends[2] = {-1, -1};
  DIMS_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  const dims::UniqueFd server(ends[0]);
  dims::UniqueFd peer(ends[1]);
  dims::TlsSession session = *dims::TlsSession::Open(ServerContext(), server.get());
  DIMS_CHECK(::send(peer.get(), data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
  peer.Reset();
  std::array<char, dims::TlsSession::kReadBytesMin> room;
  const dims::TlsSession::Outcome out = session.Read(room);
  DIMS_CHECK(out.bytes == 0 && !session.established());
  DIMS_CHECK(out.state == dims::TlsSession::State::kFailed ||
             out.state == dims::TlsSession::State::kClosed);
  return 0;
}

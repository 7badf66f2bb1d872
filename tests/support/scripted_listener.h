// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/base/check.h"
#include "common/base/unique_fd.h"

namespace dims {

// The other end of one conversation on the loopback interface: a TCP listener or a UDP socket on a
// port of the system's choice. Waits at most ten seconds for anything.
class ScriptedListener {
 public:
  // SOCK_STREAM or SOCK_DGRAM.
  explicit ScriptedListener(int type) : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    DIMS_CHECK(::bind(socket_.get(), plain, sizeof(address)) == 0);
    if (type == SOCK_STREAM) DIMS_CHECK(::listen(socket_.get(), 8) == 0);
    socklen_t size = sizeof(address);
    DIMS_CHECK(::getsockname(socket_.get(), plain, &size) == 0);
    port_ = ntohs(address.sin_port);
    LimitWait(socket_);
  }

  std::uint16_t port() const { return port_; }

  // One datagram; empty when none came.
  std::string ReceiveDatagram() const {
    std::string out(64 << 10, '\0');
    const ssize_t size = ::recv(socket_.get(), out.data(), out.size(), 0);
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
  }

  // Accepts one connection and reads until the other end is done; empty when none came.
  std::string ReceiveStream() const {
    const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
    LimitWait(connection);
    std::string out;
    while (ReadMore(connection, out)) {
    }
    return out;
  }

  // Accepts one connection, reads a request with its body, answers, closes.
  std::string ServeHttp(const std::string& answer) const {
    const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
    LimitWait(connection);
    std::string request;
    while (!IsWhole(request) && ReadMore(connection, request)) {
    }
    ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return request;
  }

  // Accepts one connection, reads as far as `ending`, answers, closes.
  std::string AnswerAfter(const std::string& ending, const std::string& answer) const {
    const UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
    LimitWait(connection);
    std::string request;
    while (!request.ends_with(ending) && ReadMore(connection, request)) {
    }
    ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    return request;
  }

 private:
  static void LimitWait(const UniqueFd& socket) {
    const timeval wait{10, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  }

  static bool ReadMore(const UniqueFd& connection, std::string& out) {
    char bytes[4096];
    const ssize_t size = ::recv(connection.get(), bytes, sizeof(bytes), 0);
    if (size > 0) out.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }

  static bool IsWhole(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    const std::size_t length = request.find("Content-Length: ");
    if (end == std::string::npos || length == std::string::npos) return false;
    return request.size() >= end + 4 + std::strtoul(request.c_str() + length + 16, nullptr, 10);
  }

  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

}  // namespace dims

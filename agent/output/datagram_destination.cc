// SPDX-License-Identifier: Apache-2.0
#include "agent/output/datagram_destination.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kDatagramLookup = absl::Milliseconds(500);

struct FreeAddress {
  void operator()(addrinfo* found) const { ::freeaddrinfo(found); }
};

// Connected, so that "nobody listens" comes back as an error. Not valid: errno says why.
UniqueFd ConnectDatagrams(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &list) != 0) {
    errno = EINVAL;
    return UniqueFd();
  }
  const std::unique_ptr<addrinfo, FreeAddress> found(list);
  UniqueFd fd(::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const timeval patience{1, 0};
  if (!fd.valid() ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
      ::connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    return UniqueFd();
  }
  return fd;
}

}  // namespace

absl::Status DatagramDestination::Connect() {
  ASSIGN_OR_RETURN(const std::vector<HostPort> addresses, lookup_.Find(target_, kDatagramLookup));
  for (const HostPort& address : addresses) {
    socket_ = ConnectDatagrams(address);
    if (socket_.valid()) return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat(target_.Text(), ": ", std::strerror(errno)));
}

absl::Status DatagramDestination::Write(std::span<const std::string> events, std::size_t& taken) {
  taken = 0;
  if (!socket_.valid()) RETURN_IF_ERROR(Connect());
  for (; taken < events.size(); ++taken) {
    const std::string& event = events[taken];
    const std::size_t bytes = std::min(event.size(), kDatagramBytesMax);
    if (::send(socket_.get(), event.data(), bytes, MSG_NOSIGNAL) >= 0) continue;
    const int error = errno;
    socket_.Reset();  // the name may mean another machine by now
    return absl::UnavailableError(absl::StrCat(target_.Text(), ": ", std::strerror(error)));
  }
  return absl::OkStatus();
}

}  // namespace dims

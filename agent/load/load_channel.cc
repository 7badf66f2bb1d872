// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_channel.h"

#include <fcntl.h>
#include <google/protobuf/message_lite.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kSizeBytes = 4;
constexpr std::size_t kReadBytes = 256u << 10;

// A socket's path is short: the directory is reached through a descriptor of its own.
struct SocketPath {
  UniqueFd directory;
  sockaddr_un address{};
};

absl::StatusOr<SocketPath> PathOf(const std::string& state_directory) {
  SocketPath path;
  path.directory.Reset(::open(state_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!path.directory.valid()) return absl::ErrnoToStatus(errno, state_directory);
  path.address.sun_family = AF_UNIX;
  const std::string name =
      absl::StrCat("/proc/self/fd/", path.directory.get(), "/", kLoadSocketName);
  std::memcpy(path.address.sun_path, name.c_str(), name.size() + 1);
  return path;
}

absl::StatusOr<UniqueFd> NewSocket() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return absl::ErrnoToStatus(errno, "socket");
  return socket;
}

const sockaddr* Generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

absl::StatusOr<UniqueFd> ListenForLoads(const std::string& state_directory) {
  ASSIGN_OR_RETURN(const SocketPath path, PathOf(state_directory));
  ASSIGN_OR_RETURN(UniqueFd socket, NewSocket());
  ::unlinkat(path.directory.get(), kLoadSocketName, 0);
  // The mode is the socket's before it has a name that anybody could connect to.
  const std::string name = absl::StrCat(state_directory, "/", kLoadSocketName);
  if (::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(socket.get(), Generic(path.address), sizeof path.address) != 0 ||
      ::fchmodat(path.directory.get(), kLoadSocketName, S_IRUSR | S_IWUSR, 0) != 0 ||
      ::listen(socket.get(), 4) != 0) {
    return absl::ErrnoToStatus(errno, name);
  }
  return socket;
}

void ForgetLoadSocket(const std::string& state_directory) {
  ::unlink(absl::StrCat(state_directory, "/", kLoadSocketName).c_str());
}

LoadChannel::LoadChannel(UniqueFd socket) : socket_(std::move(socket)) {
  const timeval timeout = absl::ToTimeval(kSendTimeout);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

absl::StatusOr<std::unique_ptr<LoadChannel>> LoadChannel::Connect(
    const std::string& state_directory) {
  ASSIGN_OR_RETURN(const SocketPath path, PathOf(state_directory));
  ASSIGN_OR_RETURN(UniqueFd socket, NewSocket());
  if (::connect(socket.get(), Generic(path.address), sizeof path.address) == 0) {
    return std::make_unique<LoadChannel>(std::move(socket));
  }
  const std::string name = absl::StrCat(state_directory, "/", kLoadSocketName);
  if (errno == ENOENT || errno == ECONNREFUSED) {
    return absl::UnavailableError(absl::StrCat(name, ": no agent listens there"));
  }
  return absl::ErrnoToStatus(errno, name);
}

absl::Status LoadChannel::Send(const google::protobuf::MessageLite& message) {
  std::string frame;
  AppendLittleEndian(frame, static_cast<std::uint32_t>(message.ByteSizeLong()));
  if (!message.AppendToString(&frame) || frame.size() > kMessageBytesMax) {
    return absl::InvalidArgumentError("a message is larger than may be");
  }
  for (std::size_t sent = 0; sent < frame.size();) {
    const ssize_t n = ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return absl::UnavailableError(absl::StrCat("send: ", std::strerror(errno)));
    sent += static_cast<std::size_t>(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LoadChannel::Receive(google::protobuf::MessageLite& message,
                                          absl::Duration timeout) {
  std::string whole;
  while (true) {
    if (received_.size() >= kSizeBytes) {
      const std::size_t size = ReadLittleEndian<std::uint32_t>(received_);
      if (size > kMessageBytesMax) return absl::InvalidArgumentError("not a message of ours");
      if (TakeMessage(whole)) break;
    }
    pollfd ready{socket_.get(), POLLIN, 0};
    const int polled = ::poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    if (polled == 0 || (polled < 0 && errno == EINTR)) return false;
    const std::size_t had = received_.size();
    received_.resize(had + kReadBytes);
    const ssize_t got = ::recv(socket_.get(), received_.data() + had, kReadBytes, 0);
    received_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("the other end is gone");
  }
  if (!message.ParseFromString(whole)) return absl::InvalidArgumentError("not a message of ours");
  return true;
}

bool LoadChannel::TakeMessage(std::string& out) {
  const std::size_t size = ReadLittleEndian<std::uint32_t>(received_);
  if (received_.size() < kSizeBytes + size) return false;
  out.assign(received_, kSizeBytes, size);
  received_.erase(0, kSizeBytes + size);
  return true;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/output/stream_destination.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/output/event_text.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kWireBytes = 64u << 10;
constexpr int kLookUpMs = 100;  // how often somebody who waits looks whether it is over
constexpr absl::Duration kConnectTimeout = absl::Seconds(1);
constexpr absl::Duration kReceiverLookup = absl::Milliseconds(500);

absl::Status MakeNonBlocking(int socket) {
  const int flags = ::fcntl(socket, F_GETFL);
  const int yes = 1;
  if (flags < 0 || ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes) != 0) {
    return absl::UnavailableError(std::strerror(errno));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status StreamDestination::Write(std::span<const std::string> events, std::size_t& taken) {
  taken = 0;
  while (taken < events.size()) {
    if (socket_.valid() && IsClosedByPeer()) Disconnect();
    if (!socket_.valid()) RETURN_IF_ERROR(Connect());
    std::string wire;
    std::vector<std::size_t> ends;  // of the frames in it
    for (std::size_t n = taken; n < events.size() && wire.size() < kWireBytes; ++n) {
      wire += Frame(events[n]);
      ends.push_back(wire.size());
    }
    std::size_t sent = begun_;
    const absl::Status status = Send(wire, sent);
    std::size_t whole = 0;
    while (whole < ends.size() && ends[whole] <= sent) ++whole;
    taken += whole;
    begun_ = socket_.valid() ? sent - (whole == 0 ? 0 : ends[whole - 1]) : 0;
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status StreamDestination::Send(absl::string_view wire, std::size_t& sent) {
  absl::Duration give_up_at = clock_.Monotonic() + kPatience;
  while (sent < wire.size()) {
    const Step step = SendSome(wire.substr(sent));
    if (!step.error.empty()) {
      Disconnect();
      return Failed(step.error);
    }
    if (step.bytes > 0) {
      sent += step.bytes;
      give_up_at = clock_.Monotonic() + kPatience;
    } else if (!Wait(step.wait_for) && (give_up_ || clock_.Monotonic() >= give_up_at)) {
      return absl::DeadlineExceededError(
          absl::StrCat(options_.Name(), ": takes nothing at the moment"));
    }
  }
  return absl::OkStatus();
}

StreamDestination::Step StreamDestination::SendSome(absl::string_view wire) {
  if (tls_) return StepOf(tls_->Write(wire));
  const ssize_t now = ::send(socket_.get(), wire.data(), wire.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (now >= 0) return {static_cast<std::size_t>(now), 0, ""};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, POLLOUT, ""};
  if (errno == EINTR) return {0, POLLOUT, ""};
  return {0, 0, std::strerror(errno)};
}

StreamDestination::Step StreamDestination::StepOf(TlsSession::Outcome outcome) const {
  switch (outcome.state) {
    case TlsSession::State::kDone:
      return {outcome.bytes, 0, ""};
    case TlsSession::State::kWantRead:
      return {0, POLLIN, ""};
    case TlsSession::State::kWantWrite:
      return {0, POLLOUT, ""};
    case TlsSession::State::kClosed:
      return {0, 0, "closed by the receiver"};
    case TlsSession::State::kFailed:
      break;
  }
  return {0, 0, tls_->error().empty() ? "TLS failed" : tls_->error()};
}

absl::Status StreamDestination::Connect() {
  ASSIGN_OR_RETURN(const std::vector<HostPort> addresses,
                   lookup_.Find(options_.target, kReceiverLookup));
  absl::StatusOr<UniqueFd> connected = absl::UnavailableError("no address");
  for (const HostPort& address : addresses) {
    if (give_up_) break;
    connected = ConnectTcp({address}, kConnectTimeout);
    if (connected.ok()) break;
  }
  if (!connected.ok()) return Failed(connected.status().message());
  RETURN_IF_ERROR(MakeNonBlocking(connected->get()));
  socket_ = *std::move(connected);
  begun_ = 0;
  ++connections_;
  if (options_.transport != OutputTransport::kTls) return absl::OkStatus();
  const absl::Status agreed = ShakeHands();
  if (!agreed.ok()) Disconnect();
  return agreed;
}

absl::Status StreamDestination::ShakeHands() {
  absl::StatusOr<std::shared_ptr<const TlsContext>> context =
      TlsContext::Make(TlsContext::Role::kClient, options_.tls);
  if (!context.ok()) return Failed(context.status().message());
  absl::StatusOr<TlsSession> session =
      TlsSession::Open(*std::move(context), socket_.get(), options_.target.host);
  if (!session.ok()) return Failed(session.status().message());
  tls_.emplace(*std::move(session));
  const absl::Duration until = clock_.Monotonic() + kHandshakeTimeout;
  while (!give_up_ && clock_.Monotonic() < until) {
    const TlsSession::Outcome outcome = tls_->Handshake();
    if (outcome.state == TlsSession::State::kDone) return absl::OkStatus();
    const Step step = StepOf(outcome);
    if (!step.error.empty()) return Failed(step.error);
    Wait(step.wait_for);
  }
  return Failed("the TLS handshake does not end");
}

// A receiver says nothing; what it says all the same is not wanted.
bool StreamDestination::IsClosedByPeer() {
  std::array<char, TlsSession::kReadBytesMin> room;
  if (tls_) {
    const TlsSession::State state = tls_->Read(room).state;
    return state == TlsSession::State::kClosed || state == TlsSession::State::kFailed;
  }
  const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool StreamDestination::Wait(short events) const {
  pollfd waiting{socket_.get(), events, 0};
  return ::poll(&waiting, 1, kLookUpMs) > 0;
}

void StreamDestination::Disconnect() {
  tls_.reset();
  socket_.Reset();
  begun_ = 0;
}

absl::Status StreamDestination::Failed(absl::string_view why) const {
  return absl::UnavailableError(absl::StrCat(options_.Name(), ": ", why));
}

std::string StreamDestination::Frame(const std::string& event) const {
  return options_.octet_counting ? absl::StrCat(event.size(), " ", event)
                                 : absl::StrCat(OnOneLine(event), "\n");
}

}  // namespace dims

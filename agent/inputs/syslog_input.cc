// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_input.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/syslog_socket.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr int kEventsMax = 64;
constexpr std::size_t kDatagramsMax = 64;          // by one call
constexpr std::size_t kDatagramBytes = 64u << 10;  // IPv4 and IPv6 allow no more
constexpr std::size_t kReadBytes = 64u << 10;
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kSinkFullWait = absl::Milliseconds(5);
constexpr absl::Duration kClockJump = absl::Seconds(10);
constexpr int kDrainRoundsMax = 1000;
constexpr int kLastReadsMax = 64;  // of one connection, at the end

LossClass LossClassOf(SyslogTransport transport) {
  return transport == SyslogTransport::kUdp ? LossClass::kDatagram : LossClass::kStream;
}

// A datagram is one message; senders that also end it with a line feed mean nothing by it.
absl::string_view WithoutEnd(absl::string_view message) {
  while (!message.empty() && (message.back() == '\n' || message.back() == '\0')) {
    message.remove_suffix(1);
  }
  return message;
}

}  // namespace

// What epoll points to: a listener, or one of its connections.
struct SyslogInput::Listener {
  Listener(SyslogListener where, std::uint32_t input, std::uint64_t nonce)
      : config(std::move(where)),
        chunk(input, LossClassOf(config.transport), absl::StrCat("syslog:", config.Text()), nonce) {
  }

  SyslogListener config;
  UniqueFd socket;
  SyslogChunk chunk;
  std::uint32_t drops = 0;  // the kernel's count, as reported
  absl::Time last_read = absl::InfinitePast();
};

struct SyslogInput::Connection {
  UniqueFd socket;
  Listener* listener = nullptr;
  std::string peer;
  SyslogFramer framer;
  std::size_t held_bytes = 0;
  absl::Duration active = absl::ZeroDuration();  // bytes came last
  Connections::iterator self;
  bool dead = false;
};

// Room for one recvmmsg; its pages are touched only as far as datagrams are long.
struct SyslogInput::Receiver {
  Receiver() : bytes(new char[kDatagramsMax * kDatagramBytes]) {
    for (std::size_t n = 0; n < kDatagramsMax; ++n) {
      parts[n] = {bytes.get() + n * kDatagramBytes, kDatagramBytes};
      messages[n].msg_hdr.msg_iov = &parts[n];
      messages[n].msg_hdr.msg_iovlen = 1;
      messages[n].msg_hdr.msg_name = &peers[n];
    }
  }

  int Receive(int socket) {
    for (mmsghdr& message : messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    return ::recvmmsg(socket, messages, kDatagramsMax, MSG_DONTWAIT, nullptr);
  }

  // Formats an address only when it differs from the one before.
  const std::string& PeerOf(std::size_t n) {
    const socklen_t size = messages[n].msg_hdr.msg_namelen;
    if (last_text.empty() || std::memcmp(&peers[n], &last_peer, size) != 0) {
      std::memcpy(&last_peer, &peers[n], size);
      last_text = AddressText(peers[n]);
    }
    return last_text;
  }

  absl::string_view Message(std::size_t n) const {
    return {bytes.get() + n * kDatagramBytes, messages[n].msg_len};
  }

  std::unique_ptr<char[]> bytes;
  iovec parts[kDatagramsMax];
  sockaddr_storage peers[kDatagramsMax];
  mmsghdr messages[kDatagramsMax] = {};
  sockaddr_storage last_peer{};
  std::string last_text;
};

SyslogInput::SyslogInput(ChunkSink& sink, const Clock& clock, Random& random,
                         const SyslogLimits& limits)
    : sink_(sink),
      clock_(clock),
      random_(random),
      limits_(limits),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      receiver_(std::make_unique<Receiver>()),
      boot_(clock.Now() - clock.Monotonic()) {}

SyslogInput::~SyslogInput() {
  Stop();
}

absl::StatusOr<std::unique_ptr<SyslogInput>> SyslogInput::Open(
    const std::vector<SyslogListener>& listeners, std::vector<UniqueFd> inherited, ChunkSink& sink,
    const Clock& clock, Random& random, const SyslogLimits& limits) {
  std::unique_ptr<SyslogInput> input(new SyslogInput(sink, clock, random, limits));
  if (!input->epoll_.valid() || !input->stop_.valid()) {
    return absl::UnavailableError(absl::StrCat("syslog: epoll: ", std::strerror(errno)));
  }
  const std::uint64_t nonce = random.Uint64();
  for (std::uint32_t n = 0; n < listeners.size(); ++n) {
    RETURN_IF_ERROR(input->Add(listeners[n], n, nonce, inherited));
  }
  for (const UniqueFd& left : inherited) {
    if (!left.valid()) continue;
    LogWarning("syslog: no listener is configured for the socket on port ", PortOf(left.get()),
               " that was handed over: it is closed");
  }
  return input;
}

absl::Status SyslogInput::Add(const SyslogListener& where, std::uint32_t input, std::uint64_t nonce,
                              std::vector<UniqueFd>& inherited) {
  UniqueFd socket = TakeInherited(where, inherited);
  if (!socket.valid()) {
    ASSIGN_OR_RETURN(socket, BindSyslogSocket(where));
  }
  SyslogListener bound = where;
  bound.port = PortOf(socket.get());
  auto listener = std::make_unique<Listener>(bound, input, nonce);
  listener->socket = std::move(socket);
  listener->drops = KernelDrops(listener->socket.get());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = listeners_.size() * 2 + 1;  // odd: a listener's index; even: a connection
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener->socket.get(), &event) != 0) {
    return absl::UnavailableError(
        absl::StrCat("syslog ", bound.Text(), ": ", std::strerror(errno)));
  }
  listeners_.push_back(std::move(listener));
  return absl::OkStatus();
}

void SyslogInput::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void SyslogInput::Stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

void SyslogInput::StopForHandover() {
  hand_over_ = true;
  Stop();
}

void SyslogInput::TakeConnections(SyslogInput& before) {
  for (Connection& old : before.connections_) {
    const auto listener = std::find_if(listeners_.begin(), listeners_.end(), [&](const auto& l) {
      return l->config.transport == old.listener->config.transport &&
             l->config.port == old.listener->config.port;
    });
    if (old.dead || listener == listeners_.end()) continue;
    Connection& connection = connections_.emplace_back();
    connection.self = std::prev(connections_.end());
    connection.listener = listener->get();
    connection.peer = std::move(old.peer);
    connection.framer = std::move(old.framer);
    connection.held_bytes = std::exchange(old.held_bytes, 0);
    connection.active = old.active;
    connection.socket = std::move(old.socket);
    held_bytes_ += connection.held_bytes;
    old.dead = true;
    if (!Register(connection)) Close(connection);
  }
}

std::vector<UniqueFd> SyslogInput::TakeSockets() {
  std::vector<UniqueFd> sockets;
  for (const auto& listener : listeners_) sockets.push_back(std::move(listener->socket));
  return sockets;
}

bool SyslogInput::WaitForStop(absl::Duration timeout) {
  pollfd stop{stop_.get(), POLLIN, 0};
  return ::poll(&stop, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) > 0;
}

void SyslogInput::Loop() {
  while (!closed_ && !WaitForStop(absl::ZeroDuration())) {
    if (!sink_.HasRoom(LossClass::kDatagram)) {
      if (WaitForStop(kSinkFullWait)) break;
      continue;
    }
    Serve(static_cast<int>(absl::ToInt64Milliseconds(kTick)) / 10);
  }
  // What the kernel took in before the end was asked for.
  for (const auto& listener : listeners_) {
    if (listener->config.transport != SyslogTransport::kUdp) continue;
    for (int n = 0; n < kDrainRoundsMax && !closed_ && sink_.HasRoom(LossClass::kDatagram) &&
                    ReceiveDatagrams(*listener);
         ++n) {
    }
  }
  if (!hand_over_) EndConnections();
  for (const auto& listener : listeners_) Flush(*listener);
}

// Each, also one not accepted yet, gives what the kernel has of it, within bounds, and is closed.
void SyslogInput::EndConnections() {
  for (const auto& listener : listeners_) {
    if (listener->config.transport != SyslogTransport::kUdp) Accept(*listener);
  }
  std::vector<Connection*> open;
  for (Connection& connection : connections_) open.push_back(&connection);
  for (Connection* const connection : open) {
    for (int n = 0; n < kLastReadsMax && !closed_ && sink_.HasRoom(LossClass::kStream) &&
                    ReadConnection(*connection);
         ++n) {
    }
    Close(*connection);
  }
}

void SyslogInput::Serve(int timeout_ms) {
  epoll_event events[kEventsMax];
  const int count = ::epoll_wait(epoll_.get(), events, kEventsMax, timeout_ms);
  for (int n = 0; n < count; ++n) {
    const std::uint64_t target = events[n].data.u64;
    if (target % 2 == 0) {
      ReadConnection(*reinterpret_cast<Connection*>(static_cast<std::uintptr_t>(target)));
      continue;
    }
    Listener& listener = *listeners_[target / 2];
    if (listener.config.transport == SyslogTransport::kUdp) {
      ReceiveDatagrams(listener);
    } else {
      Accept(listener);
    }
  }
  if (clock_.Monotonic() >= next_tick_) {
    next_tick_ = clock_.Monotonic() + kTick;
    EndStale();
    NoteClockJump();
    for (const auto& listener : listeners_) NoteDrops(*listener);
  }
  for (const auto& listener : listeners_) Flush(*listener);
  // Only now: an event of this round may have pointed to them.
  for (const Connections::iterator connection : dead_) connections_.erase(connection);
  dead_.clear();
  connections_count_.store(connections_.size(), std::memory_order_relaxed);
}

// True when there may be more.
bool SyslogInput::ReceiveDatagrams(Listener& listener) {
  const int count = receiver_->Receive(listener.socket.get());
  for (int n = 0; n < count; ++n) {
    const auto index = static_cast<std::size_t>(n);
    const absl::string_view message = WithoutEnd(receiver_->Message(index));
    if (message.empty()) continue;
    listener.chunk.Add(receiver_->PeerOf(index), message, false);
    messages_.fetch_add(1, std::memory_order_relaxed);
    if (listener.chunk.full()) Flush(listener);
  }
  if (count > 0) NoteDrops(listener);
  return count == static_cast<int>(kDatagramsMax);
}

// The kernel counts what did not fit into the socket's buffer; the count wraps.
void SyslogInput::NoteDrops(Listener& listener) {
  if (listener.config.transport != SyslogTransport::kUdp) return;
  const absl::Time now = clock_.Now();
  const std::uint32_t drops = KernelDrops(listener.socket.get());
  const std::uint32_t fresh = drops - listener.drops;
  listener.drops = drops;
  if (fresh > 0) {
    listener.chunk.AddDropped(fresh, std::max(listener.last_read, now - absl::Minutes(1)), now);
    kernel_drops_.fetch_add(fresh, std::memory_order_relaxed);
  }
  listener.last_read = now;
}

void SyslogInput::Accept(Listener& listener) {
  for (int n = 0; n < kEventsMax; ++n) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    UniqueFd socket(::accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.valid()) return;
    std::string peer = AddressText(address);
    if (!MakeRoomFor(peer)) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    Connection& connection = connections_.emplace_back();
    connection.self = std::prev(connections_.end());
    connection.listener = &listener;
    connection.peer = std::move(peer);
    connection.active = clock_.Monotonic();
    connection.socket = std::move(socket);
    if (!Register(connection)) Close(connection);
  }
}

bool SyslogInput::Register(Connection& connection) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.u64 = reinterpret_cast<std::uintptr_t>(&connection);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.socket.get(), &event) == 0;
}

// False when there is no room for another connection of `peer`.
bool SyslogInput::MakeRoomFor(const std::string& peer) {
  const std::size_t open = connections_.size() - dead_.size();
  const auto of_peer = std::count_if(connections_.begin(), connections_.end(),
                                     [&](const auto& c) { return !c.dead && c.peer == peer; });
  const bool peer_full = static_cast<std::size_t>(of_peer) >= limits_.connections_per_peer_max;
  if (open < limits_.connections_max && !peer_full) return true;
  for (Connection& quiet : connections_) {
    if (quiet.dead || (peer_full && quiet.peer != peer)) continue;
    if (clock_.Monotonic() - quiet.active < limits_.evict_after) return false;
    Close(quiet);
    return true;
  }
  return false;
}

// True when there may be more.
bool SyslogInput::ReadConnection(Connection& connection) {
  if (connection.dead) return false;
  char bytes[kReadBytes];
  const ssize_t got = ::recv(connection.socket.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    Close(connection);
    return false;
  }
  connection.active = clock_.Monotonic();
  connections_.splice(connections_.end(), connections_, connection.self);
  connection.framer.Feed({bytes, static_cast<std::size_t>(got)},
                         [&](absl::string_view frame, bool cut) {
                           connection.listener->chunk.Add(connection.peer, frame, cut);
                           messages_.fetch_add(1, std::memory_order_relaxed);
                           if (cut) cut_.fetch_add(1, std::memory_order_relaxed);
                           if (connection.listener->chunk.full()) Flush(*connection.listener);
                         });
  HoldLess(connection);
  return true;
}

// All unfinished frames together have a bound; the one that passes it is cut where it is.
void SyslogInput::HoldLess(Connection& connection) {
  held_bytes_ -= connection.held_bytes;
  if (held_bytes_ + connection.framer.held_bytes() > limits_.held_bytes_max) {
    connection.framer.CutShort([&](absl::string_view frame, bool cut) {
      connection.listener->chunk.Add(connection.peer, frame, cut);
      messages_.fetch_add(1, std::memory_order_relaxed);
      cut_.fetch_add(1, std::memory_order_relaxed);
    });
  }
  connection.held_bytes = connection.framer.held_bytes();
  held_bytes_ += connection.held_bytes;
}

void SyslogInput::Close(Connection& connection) {
  if (connection.dead) return;
  connection.framer.End([&](absl::string_view frame, bool cut) {
    connection.listener->chunk.Add(connection.peer, frame, cut);
    messages_.fetch_add(1, std::memory_order_relaxed);
  });
  held_bytes_ -= connection.held_bytes;
  connection.held_bytes = 0;
  connection.socket.Reset();
  connection.dead = true;
  dead_.push_back(connection.self);
}

// A frame that has begun and does not go on holds memory for nobody's good.
void SyslogInput::EndStale() {
  const absl::Duration before = clock_.Monotonic() - limits_.frame_timeout;
  for (Connection& connection : connections_) {
    if (connection.active > before) return;
    if (connection.dead || !connection.framer.unfinished()) continue;
    timed_out_.fetch_add(1, std::memory_order_relaxed);
    Close(connection);
  }
}

void SyslogInput::NoteClockJump() {
  const absl::Time boot = clock_.Now() - clock_.Monotonic();
  const absl::Duration jump = absl::AbsDuration(boot - boot_);
  boot_ = boot;
  if (jump < kClockJump) return;
  const std::uint64_t nonce = random_.Uint64();
  for (const auto& listener : listeners_) {
    Flush(*listener);
    listener->chunk.Renew(nonce);
  }
}

void SyslogInput::Flush(Listener& listener) {
  if (listener.chunk.empty()) return;
  if (!sink_.Push(listener.chunk.Take(clock_.Now()))) closed_ = true;
}

std::vector<SyslogListener> SyslogInput::listeners() const {
  std::vector<SyslogListener> out;
  for (const auto& listener : listeners_) out.push_back(listener->config);
  return out;
}

SyslogCounts SyslogInput::counts() const {
  SyslogCounts out;
  out.messages = messages_.load(std::memory_order_relaxed);
  out.kernel_drops = kernel_drops_.load(std::memory_order_relaxed);
  out.connections = connections_count_.load(std::memory_order_relaxed);
  out.refused = refused_.load(std::memory_order_relaxed);
  out.timed_out = timed_out_.load(std::memory_order_relaxed);
  out.cut = cut_.load(std::memory_order_relaxed);
  return out;
}

}  // namespace dims

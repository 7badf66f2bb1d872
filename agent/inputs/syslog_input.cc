// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_input.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/occasional_warning.h"
#include "agent/inputs/syslog_stream.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr int kEventsMax = 64;
constexpr std::size_t kReadBytes = 64u << 10;
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kSinkFullWait = absl::Milliseconds(5);
constexpr absl::Duration kClockJump = absl::Seconds(10);
constexpr int kDrainRoundsMax = 1000;
constexpr int kLastReadsMax = 64;  // of one connection, at the end

}  // namespace

// What epoll points to: a listener, or one of its connections.
struct SyslogInput::Listener {
  Listener(SyslogListener where, std::uint32_t input, Random& random)
      : config(std::move(where)),
        important(input, datagrams() ? LossClass::kDatagram : LossClass::kStream, Source(), random),
        routine(input, datagrams() ? LossClass::kRoutineDatagram : LossClass::kRoutineStream,
                Source(), random) {}

  std::string Source() const { return absl::StrCat("syslog:", config.Text()); }

  bool datagrams() const { return config.transport == SyslogTransport::kUdp; }

  // True when chunks should be handed over before more is added.
  bool Add(absl::string_view peer, absl::string_view message, bool cut) {
    SyslogChunk& chunk = IsRoutine(message) ? routine : important;
    chunk.Add(peer, message, cut);
    return chunk.full();
  }

  SyslogListener config;
  UniqueFd socket;
  std::shared_ptr<const TlsContext> tls;  // null: plain
  SyslogChunk important;
  SyslogChunk routine;
  std::uint32_t drops = 0;  // the kernel's count, as reported
  absl::Time last_read = absl::InfinitePast();
  OccasionalWarning refusals{absl::Minutes(1)};
  OccasionalWarning failures{kQuietTime};
};

struct SyslogInput::Connection {
  SyslogStream stream;
  Listener* listener = nullptr;
  SyslogPeer peer;
  SyslogFramer framer;
  std::size_t held_bytes = 0;
  absl::Duration active = absl::ZeroDuration();           // bytes came last
  absl::Duration frame_since = absl::InfiniteDuration();  // the unfinished one began
  Connections::iterator self;
  bool watches_write = false;
  bool dead = false;
};

SyslogInput::SyslogInput(ChunkSink& sink, const Clock& clock, Random& random,
                         const SyslogLimits& limits)
    : sink_(sink),
      clock_(clock),
      random_(random),
      limits_(limits),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      read_room_(kReadBytes),
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
  for (std::uint32_t n = 0; n < listeners.size(); ++n) {
    RETURN_IF_ERROR(input->Add(listeners[n], n, inherited));
  }
  for (const UniqueFd& left : inherited) {
    if (!left.valid()) continue;
    LogWarning("syslog: no listener is configured for the socket on port ", PortOf(left.get()),
               " that was handed over: it is closed");
  }
  return input;
}

absl::Status SyslogInput::Add(const SyslogListener& where, std::uint32_t input,
                              std::vector<UniqueFd>& inherited) {
  std::shared_ptr<const TlsContext> tls;
  if (where.transport == SyslogTransport::kTls) {
    ASSIGN_OR_RETURN(tls, TlsContext::Make(TlsContext::Role::kServer, where.tls),
                     absl::StrCat("syslog ", where.Text()));
  }
  UniqueFd socket = TakeInherited(where, inherited);
  if (!socket.valid()) {
    ASSIGN_OR_RETURN(socket, BindSyslogSocket(where));
  }
  SyslogListener bound = where;
  bound.port = PortOf(socket.get());
  auto listener = std::make_unique<Listener>(bound, input, random_);
  listener->socket = std::move(socket);
  listener->tls = std::move(tls);
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

SyslogInput::Listener* SyslogInput::SameListener(const SyslogListener& where) {
  for (const auto& listener : listeners_) {
    if (listener->config.SharesSocketWith(where)) return listener.get();
  }
  return nullptr;
}

void SyslogInput::TakeOver(SyslogInput& before) {
  for (const auto& old : before.listeners_) {
    if (Listener* const listener = SameListener(old->config)) listener->drops = old->drops;
  }
  for (Connection& old : before.connections_) {
    Listener* const listener = SameListener(old.listener->config);
    if (old.dead || listener == nullptr || !listener->config.Allows(old.peer.address) ||
        listener->config.tls != old.listener->config.tls) {
      continue;
    }
    Connection& connection = connections_.emplace_back();
    connection.self = std::prev(connections_.end());
    connection.listener = listener;
    connection.peer = std::move(old.peer);
    connection.framer = std::move(old.framer);
    connection.held_bytes = std::exchange(old.held_bytes, 0);
    connection.active = old.active;
    connection.frame_since = old.frame_since;
    connection.stream = std::move(old.stream);
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
  absl::Duration full_since = absl::InfiniteDuration();
  while (!closed_ && !WaitForStop(absl::ZeroDuration())) {
    if (!sink_.HasRoom(LossClass::kDatagram)) {
      full_since = std::min(full_since, clock_.Monotonic());
      if (WaitForStop(kSinkFullWait)) break;
      continue;
    }
    if (full_since != absl::InfiniteDuration()) ForgetPause(clock_.Monotonic() - full_since);
    full_since = absl::InfiniteDuration();
    Serve(static_cast<int>(absl::ToInt64Milliseconds(kTick)) / 10);
  }
  // What the kernel took in before the end was asked for.
  for (const auto& listener : listeners_) {
    if (!listener->datagrams()) continue;
    for (int n = 0; n < kDrainRoundsMax && !closed_ && sink_.HasRoom(LossClass::kDatagram) &&
                    ReceiveDatagrams(*listener);
         ++n) {
    }
    NoteDrops(*listener);
  }
  if (!hand_over_) EndConnections();
  for (const auto& listener : listeners_) Flush(*listener);
}

// While nothing was read no peer could show that it is alive.
void SyslogInput::ForgetPause(absl::Duration pause) {
  for (Connection& connection : connections_) {
    connection.active += pause;
    connection.frame_since += pause;
  }
}

// Each, also one not accepted yet, gives what the kernel has of it, within bounds, and is closed.
void SyslogInput::EndConnections() {
  for (const auto& listener : listeners_) {
    if (!listener->datagrams()) Accept(*listener);
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
    if (listener.datagrams()) {
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
  const std::size_t count = datagrams_.Receive(listener.socket.get());
  for (std::size_t n = 0; n < count; ++n) {
    const SyslogPeer& peer = datagrams_.PeerOf(n);
    if (!listener.config.Allows(peer.address)) {
      RefuseSender(listener, peer);
      continue;
    }
    const absl::string_view message = datagrams_.Message(n);
    if (message.empty()) continue;
    messages_.fetch_add(1, std::memory_order_relaxed);
    if (listener.Add(peer.text, message, false)) Flush(listener);
  }
  if (count > 0) NoteDrops(listener);
  return count == SyslogDatagrams::kCountMax;
}

// The kernel counts what did not fit into the socket's buffer; the count wraps.
void SyslogInput::NoteDrops(Listener& listener) {
  if (!listener.datagrams()) return;
  const absl::Time now = clock_.Now();
  const std::uint32_t drops = KernelDrops(listener.socket.get());
  const std::uint32_t fresh = drops - listener.drops;
  listener.drops = drops;
  if (fresh > 0) {
    listener.important.AddDropped(fresh, std::max(listener.last_read, now - absl::Minutes(1)), now);
    kernel_drops_.fetch_add(fresh, std::memory_order_relaxed);
  }
  listener.last_read = now;
}

void SyslogInput::RefuseSender(Listener& listener, const SyslogPeer& peer) {
  refused_senders_.Add(peer.text);
  if (!listener.refusals.Due(clock_.Monotonic())) return;
  LogWarning("syslog ", listener.config.Text(), ": ", peer.text,
             " is not in \"allow\": refused; dims-agent status names all who were",
             listener.refusals.TakeUnsaid());
}

void SyslogInput::Accept(Listener& listener) {
  for (int n = 0; n < kEventsMax; ++n) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    UniqueFd socket(::accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.valid()) return;
    Welcome(listener, std::move(socket), PeerAt(address));
  }
}

// Closed when the peer may not send or there are too many.
void SyslogInput::Welcome(Listener& listener, UniqueFd socket, SyslogPeer peer) {
  if (!listener.config.Allows(peer.address)) return RefuseSender(listener, peer);
  if (!MakeRoomFor(peer.text)) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  KeepAlive(socket.get());
  Connection& connection = connections_.emplace_back();
  connection.self = std::prev(connections_.end());
  connection.listener = &listener;
  connection.peer = std::move(peer);
  connection.active = clock_.Monotonic();
  if (listener.tls == nullptr) {
    connection.stream = SyslogStream(std::move(socket));
  } else {
    absl::StatusOr<TlsSession> session = TlsSession::Open(listener.tls, socket.get());
    if (!session.ok()) return Close(connection);
    connection.stream = SyslogStream(std::move(socket), *std::move(session));
  }
  if (!Register(connection)) Close(connection);
}

bool SyslogInput::Register(Connection& connection) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.u64 = reinterpret_cast<std::uintptr_t>(&connection);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.stream.socket(), &event) == 0;
}

// A handshake that has to write first waits for that too.
void SyslogInput::WatchWrites(Connection& connection) {
  if (connection.watches_write == connection.stream.wants_write()) return;
  connection.watches_write = !connection.watches_write;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | (connection.watches_write ? EPOLLOUT : 0u);
  event.data.u64 = reinterpret_cast<std::uintptr_t>(&connection);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.stream.socket(), &event);
}

// False when there is no room for another connection of `peer`.
bool SyslogInput::MakeRoomFor(const std::string& peer) {
  const std::size_t open = connections_.size() - dead_.size();
  const auto of_peer = std::count_if(connections_.begin(), connections_.end(),
                                     [&](const auto& c) { return !c.dead && c.peer.text == peer; });
  const bool peer_full = static_cast<std::size_t>(of_peer) >= limits_.connections_per_peer_max;
  if (open < limits_.connections_max && !peer_full) return true;
  for (Connection& quiet : connections_) {
    if (quiet.dead || (peer_full && quiet.peer.text != peer)) continue;
    if (clock_.Monotonic() - quiet.active < limits_.evict_after) return false;
    Close(quiet);
    return true;
  }
  return false;
}

// True when there may be more.
bool SyslogInput::ReadConnection(Connection& connection) {
  if (connection.dead) return false;
  const SyslogStream::Got got = connection.stream.Read(read_room_);
  switch (got.state) {
    case SyslogStream::State::kBytes:
      break;
    case SyslogStream::State::kNothing:
      WatchWrites(connection);
      return false;
    case SyslogStream::State::kFailed:
      NoteFailure(connection, connection.stream.error());
      [[fallthrough]];
    case SyslogStream::State::kClosed:
      Close(connection);
      return false;
  }
  connection.active = clock_.Monotonic();
  connections_.splice(connections_.end(), connections_, connection.self);
  bool whole = !connection.framer.unfinished();
  connection.framer.Feed({read_room_.data(), got.bytes}, [&](absl::string_view frame, bool cut) {
    whole = true;
    AddFrame(connection, frame, cut);
  });
  if (whole) connection.frame_since = connection.active;
  HoldLess(connection);
  return true;
}

void SyslogInput::AddFrame(Connection& connection, absl::string_view frame, bool cut) {
  messages_.fetch_add(1, std::memory_order_relaxed);
  if (cut) cut_.fetch_add(1, std::memory_order_relaxed);
  if (connection.listener->Add(connection.peer.text, frame, cut)) Flush(*connection.listener);
}

// All unfinished frames together have a bound; the one that passes it is cut where it is.
void SyslogInput::HoldLess(Connection& connection) {
  held_bytes_ -= connection.held_bytes;
  if (held_bytes_ + connection.framer.held_bytes() > limits_.held_bytes_max) {
    connection.framer.CutShort(
        [&](absl::string_view frame, bool cut) { AddFrame(connection, frame, cut); });
  }
  connection.held_bytes = connection.framer.held_bytes();
  held_bytes_ += connection.held_bytes;
}

void SyslogInput::Close(Connection& connection) {
  if (connection.dead) return;
  connection.framer.End(
      [&](absl::string_view frame, bool cut) { AddFrame(connection, frame, cut); });
  held_bytes_ -= connection.held_bytes;
  connection.held_bytes = 0;
  connection.stream.Close();
  connection.dead = true;
  dead_.push_back(connection.self);
}

// A frame that has begun and does not go on, or does not end, holds memory for nobody's good; nor
// does a peer that never says who it is.
void SyslogInput::EndStale() {
  const absl::Duration now = clock_.Monotonic();
  for (Connection& connection : connections_) {
    if (connection.dead) continue;
    const absl::Duration quiet = now - connection.active;
    if (!connection.stream.established()) {
      if (quiet < limits_.handshake_timeout) continue;
      NoteFailure(connection, "no handshake in time");
    } else {
      if (!connection.framer.unfinished()) continue;
      if (quiet < limits_.frame_timeout && now - connection.frame_since < limits_.frame_age_max) {
        continue;
      }
      timed_out_.fetch_add(1, std::memory_order_relaxed);
    }
    Close(connection);
  }
}

void SyslogInput::NoteFailure(Connection& connection, absl::string_view why) {
  if (connection.stream.established()) return;
  handshakes_failed_.fetch_add(1, std::memory_order_relaxed);
  Listener& listener = *connection.listener;
  if (!listener.failures.Due(clock_.Monotonic())) return;
  LogWarning("syslog ", listener.config.Text(), ": ", connection.peer.text,
             ": no TLS session: ", why, listener.failures.TakeUnsaid());
}

void SyslogInput::NoteClockJump() {
  const absl::Time boot = clock_.Now() - clock_.Monotonic();
  const absl::Duration jump = absl::AbsDuration(boot - boot_);
  boot_ = boot;
  if (jump < kClockJump) return;
  for (const auto& listener : listeners_) {
    Flush(*listener);
    listener->important.Renew(random_);
    listener->routine.Renew(random_);
  }
}

void SyslogInput::Flush(Listener& listener) {
  for (SyslogChunk* const chunk : {&listener.important, &listener.routine}) {
    if (!chunk->empty() && !sink_.Push(chunk->Take(clock_.Now()))) closed_ = true;
  }
}

std::vector<SyslogListener> SyslogInput::listeners() const {
  std::vector<SyslogListener> out;
  for (const auto& listener : listeners_) out.push_back(listener->config);
  return out;
}

SyslogCounts SyslogInput::counts() const {
  const auto now = [](const auto& count) { return count.load(std::memory_order_relaxed); };
  return {
      now(messages_),  now(kernel_drops_), now(connections_count_), now(refused_),
      now(timed_out_), now(cut_),          now(handshakes_failed_), refused_senders_.by_sender()};
}

}  // namespace dims

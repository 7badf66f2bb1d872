// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/inputs/input_chunk.h"
#include "agent/inputs/refused_senders.h"
#include "agent/inputs/syslog_chunk.h"
#include "agent/inputs/syslog_datagrams.h"
#include "agent/inputs/syslog_framer.h"
#include "agent/inputs/syslog_listener.h"
#include "agent/inputs/syslog_socket.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/unique_fd.h"

namespace dims {

struct SyslogLimits {
  std::size_t connections_max = 1024;
  std::size_t connections_per_peer_max = 256;
  std::size_t held_bytes_max = 16u << 20;  // of unfinished frames, all connections together
  // A frame that has begun and not moved for this long ends its connection,
  absl::Duration frame_timeout = absl::Seconds(60);
  // and one that is not whole after this long, however often a byte of it comes.
  absl::Duration frame_age_max = absl::Minutes(5);
  absl::Duration handshake_timeout = absl::Seconds(10);  // TLS
  // When there are too many connections, the one that was quiet longest gives way, if for this
  // long.
  absl::Duration evict_after = absl::Seconds(10);
};

struct SyslogCounts {
  std::uint64_t messages = 0;
  std::uint64_t kernel_drops = 0;  // datagrams the kernel could not keep; reported as losses
  std::uint64_t connections = 0;   // now
  std::uint64_t refused = 0;       // connections above a limit
  std::uint64_t timed_out = 0;
  std::uint64_t cut = 0;
  std::uint64_t handshakes_failed = 0;
  // Datagrams and connections of senders that are not allowed; by address, further ones as
  // "others".
  std::map<std::string, std::uint64_t> refused_senders = {};
};

// All syslog listeners of the agent, UDP, TCP and TLS, on one thread.
//
// Guarantees: while the sink has no room nothing is read: TCP senders feel it, and for UDP the
// kernel's buffer fills; what the kernel then drops is counted by it and reported as a loss of that
// listener, exactly. One peer's unfinished frame never mixes with another's, and no peer can hold
// up the others: a connection is read 64 KiB at a time, in turn. A datagram is one message; its
// peer's address is the origin. Messages come in chunks of two loss classes, by what their priority
// says (IsRoutine). A peer whose TLS handshake fails or lasts too long is closed, counted and
// logged, at most once in kQuietTime; the others notice nothing.
//
// When the wall clock jumps against the monotonic one (a virtual machine resumed from a snapshot)
// the counters begin again under a new nonce, so that no row is taken for one the server has.
//
// Limits: SyslogLimits. Thread: Open, Start and Stop from one thread; Stop is safe without Start
// and twice, and reads what the kernel still holds. Sink, clock and random must outlive it.
class SyslogInput {
 public:
  static constexpr absl::Duration kQuietTime = absl::Seconds(10);

  // Binds every listener, or takes the socket of the same kind and port from `inherited` (socket
  // activation). Reads the certificates of TLS. Errors name the listener: PermissionDenied, or
  // Unavailable when the address is in use or not on this machine; of certificates the file.
  static absl::StatusOr<std::unique_ptr<SyslogInput>> Open(
      const std::vector<SyslogListener>& listeners, std::vector<UniqueFd> inherited,
      ChunkSink& sink, const Clock& clock, Random& random, const SyslogLimits& limits = {});
  ~SyslogInput();

  void Start();
  void Stop();

  // Stop for an input that takes over: connections stay open and are read no further.
  void StopForHandover();

  // Between Open and Start: goes on with the connections of `before`, which was stopped for it,
  // where it left off, also within a message, and with the kernel's counts of drops. Connections
  // are left to `before` when their listener is no more or would not let them in any more.
  void TakeOver(SyslogInput& before);

  // After Stop: the listening sockets, still open, for an input that takes over, in the order of
  // listeners(). Those of UDP go on keeping what arrives.
  std::vector<UniqueFd> TakeSockets();

  // As bound: port 0 has become a number.
  std::vector<SyslogListener> listeners() const;

  // Any thread.
  SyslogCounts counts() const;

 private:
  struct Listener;
  struct Connection;
  using Connections = std::list<Connection>;

  SyslogInput(ChunkSink& sink, const Clock& clock, Random& random, const SyslogLimits& limits);

  absl::Status Add(const SyslogListener& where, std::uint32_t input,
                   std::vector<UniqueFd>& inherited);
  void Loop();
  void ForgetPause(absl::Duration pause);
  bool WaitForStop(absl::Duration timeout);
  void Serve(int timeout_ms);
  bool ReceiveDatagrams(Listener& listener);
  void NoteDrops(Listener& listener);
  void Accept(Listener& listener);
  void Welcome(Listener& listener, UniqueFd socket, SyslogPeer peer);
  Listener* SameListener(const SyslogListener& where);
  void RefuseSender(Listener& listener, const SyslogPeer& peer);
  bool MakeRoomFor(const std::string& peer);
  bool Register(Connection& connection);
  void WatchWrites(Connection& connection);
  bool ReadConnection(Connection& connection);
  void AddFrame(Connection& connection, absl::string_view frame, bool cut);
  void EndConnections();
  void HoldLess(Connection& connection);
  void Close(Connection& connection);
  void EndStale();
  void NoteFailure(Connection& connection, absl::string_view why);
  void NoteClockJump();
  void Flush(Listener& listener);

  ChunkSink& sink_;
  const Clock& clock_;
  Random& random_;
  const SyslogLimits limits_;
  UniqueFd epoll_;
  UniqueFd stop_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Connections connections_;  // least recently active first
  std::vector<Connections::iterator> dead_;
  SyslogDatagrams datagrams_;
  std::vector<char> read_room_;
  std::size_t held_bytes_ = 0;
  absl::Duration next_tick_ = absl::ZeroDuration();
  absl::Time boot_;  // wall time less monotonic time, when last looked at
  bool closed_ = false;
  std::atomic<bool> hand_over_ = false;
  std::atomic<std::uint64_t> messages_ = 0;
  std::atomic<std::uint64_t> kernel_drops_ = 0;
  std::atomic<std::uint64_t> connections_count_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> timed_out_ = 0;
  std::atomic<std::uint64_t> cut_ = 0;
  std::atomic<std::uint64_t> handshakes_failed_ = 0;
  RefusedSenders refused_senders_;
  std::thread thread_;
};

}  // namespace dims

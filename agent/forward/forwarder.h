// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/buffer/event_buffer.h"
#include "agent/forward/forward_transport.h"
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

struct ForwarderOptions {
  std::string agent_version;
  absl::Duration progress_timeout = absl::Seconds(60);  // without an answer: the stream is given up
  absl::Duration report_interval = absl::Seconds(10);
  absl::Duration first_backoff = absl::Seconds(1);
  absl::Duration longest_backoff = absl::Minutes(2);
  absl::Duration small_message_interval =
      absl::Seconds(1);                      // at most one message in it while little waits
  std::size_t small_bytes = 64u << 10;       // "little"
  std::size_t message_bytes_max = 1u << 20;  // payload in one Deliver; a batch is never split
  // Whether the file of a bookmark is still the one that was read. Bookmarks of which it says no
  // cover nothing: their lines are sent, marked as perhaps repeated. Empty: all of them hold.
  std::function<bool(const Bookmark&)> still_holds;
  // Files are read again where the buffer's Holes say so, whenever the bookmarks listener is
  // called.
  bool reads_again = false;
};

// The agent's end of the delivery protocol (DELIVERY.md "Stream"): sends what the buffer holds, in
// order, within the server's credit, and tells the buffer what is safe.
//
// A state machine without thread, socket or clock: somebody calls Tick often (at least at
// next_tick()), and the On... methods with what the transport hears; it calls the transport and the
// buffer. Guarantees: nothing is acked in the buffer but what the server committed under an equal
// chain, never beyond what was sent (D15); after any disconnect it continues at the server's
// watermark. Limits: the server's credit; one batch may always be in flight. Errors: a buffer error
// that is not recoverable is kept in failure(); the process must then exit (see EventBuffer).
// Thread: one. The buffer, transport, clock and random outlive it.
class Forwarder {
 public:
  // What the server already has of each source; called at the first Position of a fresh buffer and
  // whenever a new epoch starts, before anything is sent under it. Inputs continue from there.
  using BookmarksListener = std::function<void(const std::vector<Bookmark>&)>;

  Forwarder(EventBuffer& buffer, ForwardTransport& transport, const Clock& clock, Random& random,
            const ForwarderOptions& options, BookmarksListener on_server_bookmarks);

  // Timers, and whatever can be sent now.
  void Tick();

  void OnConnected();
  void OnDisconnected(const absl::Status& why);

  void OnWritable() { Tick(); }

  void OnPosition(const Position& position);
  void OnAck(const Ack& ack);

  // When Tick wants to be called next, on the monotonic clock, if nothing else happens before.
  absl::Duration next_tick() const;

  // What people ask about the connection.
  enum class State : std::uint8_t { kWaiting, kConnecting, kGreeting, kStreaming };

  struct Condition {
    State state = State::kWaiting;
    absl::Time since = absl::InfinitePast();
    absl::Time last_ack = absl::InfinitePast();
    std::string last_error;
    std::uint64_t deliveries = 0;
    std::uint64_t quarantined_rows = 0;
    std::uint64_t impossible_acks = 0;  // D15
    absl::Duration server_clock_offset = absl::ZeroDuration();
    absl::Duration retention = absl::InfiniteDuration();  // of the server, as far as it said
  };

  const Condition& condition() const { return condition_; }

  // Not OK: the buffer can no longer be trusted.
  const absl::Status& failure() const { return failure_; }

 private:
  struct InFlight {
    Sequence last = 0;
    std::size_t bytes = 0;
  };

  void SetState(State state);
  void GiveUp(const absl::Status& why);
  void Greet(bool want_new_epoch);
  bool StillHolds(const Bookmark& bookmark) const;
  bool CountsOtherGenerations(std::span<const Bookmark> own, const Bookmark& server) const;
  void Start(const Position& position);
  absl::Status Compare(const Position& position, bool& want_new_epoch);
  void Pump();
  bool MayWaitForMore(absl::Duration now) const;
  void SendReport();
  void SendRefillDoneWhenDue();
  bool Overdue(absl::Duration now) const;

  EventBuffer& buffer_;
  ForwardTransport& transport_;
  const Clock& clock_;
  const ForwarderOptions options_;
  const BookmarksListener on_server_bookmarks_;
  Backoff backoff_;
  const std::uint64_t boot_nonce_;
  Condition condition_;
  absl::Status failure_;

  absl::Duration retry_at_ = absl::ZeroDuration();
  absl::Duration last_heard_ = absl::ZeroDuration();
  absl::Duration last_advance_ = absl::ZeroDuration();
  absl::Duration next_report_ = absl::ZeroDuration();
  absl::Duration last_delivery_ = -absl::InfiniteDuration();
  Epoch epoch_ = 0;
  Sequence next_to_send_ = 1;
  Sequence refill_through_ = 0;  // acked that far, RefillDone is due
  bool refill_done_sent_ = false;
  bool asked_new_epoch_ = false;
  bool bookmarks_told_ = false;
  bool reported_backlog_ = false;  // the server last heard that something waits
  std::uint64_t credit_ = 0;
  std::size_t bytes_in_flight_ = 0;
  std::deque<InFlight> in_flight_;
  std::uint64_t store_generation_seen_ = 0;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/forward/forwarder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::uint64_t kRetentionSecondsMax = std::uint64_t{100} * 366 * 86'400;

}  // namespace

Forwarder::Forwarder(EventBuffer& buffer, ForwardTransport& transport, const Clock& clock,
                     Random& random, const ForwarderOptions& options,
                     BookmarksListener on_server_bookmarks)
    : buffer_(buffer),
      transport_(transport),
      clock_(clock),
      options_(options),
      on_server_bookmarks_(std::move(on_server_bookmarks)),
      backoff_(options.first_backoff, options.longest_backoff, random),
      boot_nonce_(random.Uint64()),
      retry_at_(clock.Monotonic()) {}

void Forwarder::SetState(State state) {
  condition_.state = state;
  condition_.since = clock_.Now();
}

void Forwarder::Tick() {
  if (!failure_.ok()) return;
  const absl::Duration now = clock_.Monotonic();
  switch (condition_.state) {
    case State::kWaiting:
      if (now < retry_at_) return;
      SetState(State::kConnecting);
      last_heard_ = now;
      transport_.Connect();
      return;
    case State::kConnecting:
    case State::kGreeting:
      if (Overdue(now)) GiveUp(absl::DeadlineExceededError("the server does not answer"));
      return;
    case State::kStreaming:
      if (Overdue(now)) {
        GiveUp(absl::DeadlineExceededError("the server is connected but commits nothing"));
        return;
      }
      if (now >= next_report_) SendReport();
      Pump();
      return;
  }
}

bool Forwarder::Overdue(absl::Duration now) const {
  if (now - last_heard_ > options_.progress_timeout) return true;
  return !in_flight_.empty() && now - last_advance_ > options_.progress_timeout;
}

absl::Duration Forwarder::next_tick() const {
  switch (condition_.state) {
    case State::kWaiting:
      return retry_at_;
    case State::kConnecting:
    case State::kGreeting:
      return last_heard_ + options_.progress_timeout;
    case State::kStreaming:
      return std::min(next_report_,
                      last_delivery_ + options_.small_message_interval > clock_.Monotonic()
                          ? last_delivery_ + options_.small_message_interval
                          : next_report_);
  }
  return retry_at_;
}

void Forwarder::GiveUp(const absl::Status& why) {
  transport_.Disconnect();
  OnDisconnected(why);
}

void Forwarder::OnDisconnected(const absl::Status& why) {
  buffer_.EndFlight();
  in_flight_.clear();
  bytes_in_flight_ = 0;
  condition_.last_error = std::string(why.message());
  retry_at_ = clock_.Monotonic() + backoff_.Next();
  SetState(State::kWaiting);
}

void Forwarder::OnConnected() {
  if (condition_.state != State::kConnecting) return;
  last_heard_ = clock_.Monotonic();
  asked_new_epoch_ = false;
  SetState(State::kGreeting);
  Greet(buffer_.position().want_new_epoch);
}

void Forwarder::Greet(bool want_new_epoch) {
  const BufferPosition position = buffer_.position();
  absl::StatusOr<std::vector<Bookmark>> bookmarks = buffer_.Bookmarks();
  if (!bookmarks.ok()) {
    failure_ = bookmarks.status();
    return GiveUp(failure_);
  }
  Hello hello;
  hello.epoch = position.epoch;
  hello.next = position.next;
  hello.oldest_retained = position.oldest_retained;
  hello.ack_log = buffer_.AckLog();
  // The first epoch of a buffer is its own: no server has heard of it.
  const bool fresh = hello.ack_log.size() == 1 && hello.ack_log.front().epoch == hello.epoch;
  if (fresh) {
    hello.epoch = 0;
    hello.ack_log.clear();
  }
  for (const Bookmark& bookmark : *bookmarks) hello.live_sources.push_back(bookmark.source);
  hello.boot_nonce = boot_nonce_;
  hello.store_generation_seen = store_generation_seen_;
  hello.want_new_epoch = want_new_epoch;
  hello.agent_version = options_.agent_version;
  hello.wall_time_ns = absl::ToUnixNanos(clock_.Now());
  asked_new_epoch_ = asked_new_epoch_ || want_new_epoch;
  transport_.SendHello(hello);
}

void Forwarder::OnPosition(const Position& position) {
  if (condition_.state != State::kGreeting || !failure_.ok()) return;
  last_heard_ = clock_.Monotonic();
  condition_.server_clock_offset = absl::FromUnixNanos(position.server_time_ns) - clock_.Now();
  if (position.retention_seconds > 0) {
    condition_.retention = absl::Seconds(static_cast<std::int64_t>(
        std::min<std::uint64_t>(position.retention_seconds, kRetentionSecondsMax)));
  }
  if (const absl::Status learned = buffer_.Learn(position.epochs); !learned.ok()) {
    if (!absl::IsResourceExhausted(learned)) failure_ = learned;
    return GiveUp(learned);
  }
  const bool new_epoch = position.epoch != buffer_.position().epoch;
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_.Bookmarks();
  if (!own.ok()) {
    failure_ = own.status();
    return GiveUp(failure_);
  }
  std::vector<Bookmark> bookmarks;
  EpochStart start{{}, options_.reads_again};
  for (const Bookmark& bookmark : position.bookmarks) {
    const bool sure = StillHolds(bookmark) && !CountsOtherGenerations(*own, bookmark);
    (sure ? bookmarks : start.doubtful).push_back(bookmark);
  }
  if (new_epoch) {
    if (const absl::Status started = buffer_.NewEpoch(position.epoch, bookmarks, start);
        !started.ok()) {
      if (!absl::IsInvalidArgument(started)) failure_ = started;
      return GiveUp(started);
    }
  } else {
    bool want_new_epoch = false;
    if (const absl::Status compared = Compare(position, want_new_epoch); !compared.ok()) {
      failure_ = compared;
      return GiveUp(compared);
    }
    if (want_new_epoch) {
      if (asked_new_epoch_) {
        return GiveUp(
            absl::InternalError("the server keeps to an epoch that this buffer cannot continue"));
      }
      return Greet(true);
    }
  }
  if (new_epoch || !bookmarks_told_) {
    bookmarks_told_ = true;
    on_server_bookmarks_(bookmarks);
  }
  Start(position);
}

bool Forwarder::StillHolds(const Bookmark& bookmark) const {
  return !options_.still_holds || options_.still_holds(bookmark);
}

// A buffer that was restored from a copy read on alone, and knows of fewer generations of the same
// text: what it took for an earlier one may never have reached the server.
bool Forwarder::CountsOtherGenerations(std::span<const Bookmark> own,
                                       const Bookmark& server) const {
  const auto* theirs = std::get_if<FilePosition>(&server.position);
  if (theirs == nullptr) return false;
  return std::any_of(own.begin(), own.end(), [&](const Bookmark& ours) {
    const auto* mine = std::get_if<FilePosition>(&ours.position);
    return mine != nullptr && ours.source == server.source && !ours.closed &&
           mine->generation < theirs->generation && mine->offset > 0 && StillHolds(ours);
  });
}

// D2..D5: the agent alone can compare, since it alone has the history. Only an equal chain counts
// as an ack.
absl::Status Forwarder::Compare(const Position& position, bool& want_new_epoch) {
  const BufferPosition mine = buffer_.position();
  if (position.watermark >= mine.next) {  // D5: the server is ahead of a buffer that was restored
    want_new_epoch = true;
    return absl::OkStatus();
  }
  const absl::StatusOr<Sha256Digest> chain = buffer_.ChainAt(position.watermark);
  if (!chain.ok() && !absl::IsNotFound(chain.status())) return chain.status();
  if (!chain.ok() || *chain != position.chain) {  // D4: trimmed; D5: forked
    want_new_epoch = true;
    return absl::OkStatus();
  }
  // The server says with an equal chain that it has everything up to there.
  if (position.watermark > 0) condition_.last_ack = clock_.Now();
  if (position.watermark > mine.acked) return buffer_.Ack(position.watermark);  // D2
  if (position.watermark == mine.acked) return absl::OkStatus();
  const absl::Status rewound = buffer_.Rewind(position.watermark);  // D3
  if (absl::IsFailedPrecondition(rewound)) {
    want_new_epoch = true;
    return absl::OkStatus();
  }
  return rewound;
}

void Forwarder::Start(const Position& position) {
  const absl::Duration now = clock_.Monotonic();
  backoff_.Reset();
  epoch_ = position.epoch;
  next_to_send_ = position.watermark + 1;
  credit_ = position.credit_bytes;
  store_generation_seen_ = position.store_generation;
  refill_done_sent_ = false;
  refill_through_ = 0;
  for (const EpochPosition& acked : buffer_.AckLog()) {
    if (acked.epoch == epoch_) refill_through_ = acked.sequence;
  }
  last_advance_ = now;
  next_report_ = now;
  if (credit_ > 0) condition_.last_error.clear();  // else it says why nothing is taken
  SetState(State::kStreaming);
  Tick();
}

void Forwarder::OnAck(const Ack& ack) {
  if (condition_.state != State::kStreaming || ack.epoch != epoch_) return;
  last_heard_ = clock_.Monotonic();
  credit_ = ack.credit_bytes;
  if (credit_ > 0) condition_.last_error.clear();
  condition_.server_clock_offset = absl::FromUnixNanos(ack.server_time_ns) - clock_.Now();
  for (const QuarantinedBatch& batch : ack.quarantined) condition_.quarantined_rows += batch.rows;
  if (ack.committed >= next_to_send_) {  // D15: nothing unsent is ever deleted
    ++condition_.impossible_acks;
    return GiveUp(
        absl::DataLossError("the server acknowledged what was never sent; nothing was deleted"));
  }
  if (ack.committed > buffer_.position().acked) {
    if (const absl::Status acked = buffer_.Ack(ack.committed); !acked.ok()) {
      failure_ = acked;
      return GiveUp(acked);
    }
    last_advance_ = last_heard_;
    condition_.last_ack = clock_.Now();
  }
  while (!in_flight_.empty() && in_flight_.front().last <= ack.committed) {
    bytes_in_flight_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
    last_advance_ = last_heard_;
  }
  SendRefillDoneWhenDue();
  if (reported_backlog_ && buffer_.backlog().batches == 0) SendReport();
  Tick();
}

void Forwarder::SendRefillDoneWhenDue() {
  if (refill_done_sent_) return;
  const BufferPosition position = buffer_.position();
  if (position.numbering || position.acked < std::max(position.refill_end, refill_through_)) return;
  refill_done_sent_ = true;
  transport_.SendRefillDone(epoch_);
}

void Forwarder::SendReport() {
  const Backlog backlog = buffer_.backlog();
  next_report_ = clock_.Monotonic() + options_.report_interval;
  reported_backlog_ = backlog.batches > 0;
  transport_.SendReport({backlog.rows, backlog.bytes, backlog.oldest_ns, backlog.lost_rows,
                         absl::ToUnixNanos(clock_.Now())});
  SendRefillDoneWhenDue();
}

// Little waits and a message left just now: what comes within the second may ride along.
bool Forwarder::MayWaitForMore(absl::Duration now) const {
  return buffer_.backlog().bytes < bytes_in_flight_ + options_.small_bytes &&
         now - last_delivery_ < options_.small_message_interval;
}

void Forwarder::Pump() {
  while (condition_.state == State::kStreaming && transport_.Writable()) {
    const bool has_credit = bytes_in_flight_ < credit_;
    const bool waits = buffer_.position().next > next_to_send_ || buffer_.position().numbering;
    if (!has_credit || !waits || MayWaitForMore(clock_.Monotonic())) return;
    const std::size_t room =
        std::min<std::size_t>(options_.message_bytes_max, credit_ - bytes_in_flight_);
    absl::StatusOr<std::vector<Envelope>> envelopes = buffer_.Read(next_to_send_, room);
    if (!envelopes.ok()) {
      failure_ = envelopes.status();
      return GiveUp(failure_);
    }
    if (envelopes->empty()) return;
    InFlight sent{envelopes->back().sequence, 0};
    for (const Envelope& envelope : *envelopes) sent.bytes += envelope.payload.size();
    if (in_flight_.empty()) last_advance_ = clock_.Monotonic();
    next_to_send_ = sent.last + 1;
    bytes_in_flight_ += sent.bytes;
    in_flight_.push_back(sent);
    last_delivery_ = clock_.Monotonic();
    ++condition_.deliveries;
    transport_.SendDeliver(*std::move(envelopes));
  }
}

}  // namespace dims

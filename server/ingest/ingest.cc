// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/ingest.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "common/base/check.h"
#include "common/base/log.h"

namespace dims {
namespace {

// A worker's queue is bounded by MayRead in bytes; this only guards against a logic error.
constexpr std::size_t kWorkerQueueBytesMax = 1u << 30;

// What a message without rows weighs in a queue.
constexpr std::size_t kItemBytes = 512;

// A worker with so much before it does not wait for more; nor does it keep more decoded to itself.
constexpr std::size_t kWorkerBytesEnough = 32u << 10;
constexpr std::size_t kHandOverBytes = 256u << 10;

InFlight::BatchName NameOf(const AgentRef& from, const Envelope& envelope) {
  return {from.agent, envelope.epoch, envelope.sequence};
}

}  // namespace

Ingest::Ingest(GroupCommitter& committer, AgentPresence& presence, Clock& clock,
               const IngestOptions& options, std::function<void()> on_room,
               std::function<void(const absl::Status&)> on_fatal)
    : committer_(committer),
      presence_(presence),
      clock_(clock),
      options_(options),
      on_room_(std::move(on_room)),
      on_fatal_(std::move(on_fatal)),
      commits_(options.queue_memory_bytes) {
  for (int i = 0; i < options_.workers_count; ++i) {
    worker_queues_.push_back(std::make_unique<BoundedQueue<Message>>(kWorkerQueueBytesMax));
  }
}

Ingest::~Ingest() {
  Stop();
}

void Ingest::Start() {
  for (std::size_t i = 0; i < worker_queues_.size(); ++i) {
    workers_.emplace_back([this, i] { RunWorker(i); });
  }
  commit_thread_ = std::thread([this] { RunCommits(); });
}

void Ingest::Stop() {
  for (auto& queue : worker_queues_) queue->Close();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
  commits_.Close();
  if (commit_thread_.joinable()) commit_thread_.join();
}

void Ingest::Route(Message message) {
  const std::size_t worker = absl::Hash<std::string>{}(message.from.agent) % worker_queues_.size();
  BoundedQueue<Message>& queue = *worker_queues_[worker];
  const std::size_t weight = kItemBytes + message.bytes;
  if (message.kind == Message::Kind::kHello) {
    queue.PushUrgent(std::move(message), weight);
  } else {
    queue.Push(std::move(message), weight);
  }
}

void Ingest::OnHello(StreamId stream, const AgentRef& from, Hello hello) {
  presence_.Connected(stream, from, hello.wall_time_ns, clock_.Now());
  Message message{stream, from, Message::Kind::kHello, std::move(hello), {}, {}, {}, 0};
  Route(std::move(message));
}

void Ingest::OnDeliver(StreamId stream, const AgentRef& from, std::vector<Envelope> envelopes) {
  for (Envelope& envelope : envelopes) {
    const std::size_t bytes = envelope.payload.size();
    waiting_bytes_.fetch_add(bytes);
    Route({stream, from, Message::Kind::kEnvelope, {}, std::move(envelope), {}, {}, bytes});
  }
}

void Ingest::OnReport(StreamId stream, const AgentRef& from, const Report& report) {
  presence_.Reported(stream, report, clock_.Now());
  Route({stream, from, Message::Kind::kReport, {}, {}, {}, {}, 0});
}

void Ingest::OnRefillDone(StreamId stream, const AgentRef& from) {
  Route({stream, from, Message::Kind::kRefillDone, {}, {}, {}, {}, 0});
}

void Ingest::OnDirectivesTaken(StreamId stream, DirectivesTaken taken) {
  presence_.AnsweredDirectives(stream, std::move(taken));
}

void Ingest::OnRefused(StreamId stream, const AgentRef& from, const absl::Status& why) {
  Route({stream, from, Message::Kind::kRefuse, {}, {}, {}, why, 0});
}

void Ingest::OnClosed(StreamId stream, const AgentRef& from) {
  presence_.Disconnected(stream, clock_.Now());
  Route({stream, from, Message::Kind::kClosed, {}, {}, {}, {}, 0});
}

bool Ingest::RunOnCommitThread(Task task) {
  return commits_.PushUrgent({{}, std::move(task)});
}

// Each wake costs more than a small message: the first one is handled at once, those that follow it
// closely come together.
void Ingest::RunWorker(std::size_t index) {
  EnvelopeDecoder decoder;
  BoundedQueue<Message>& queue = *worker_queues_[index];
  absl::Duration next_round = absl::ZeroDuration();
  while (queue.Await()) {
    std::vector<std::pair<CommitItem, std::size_t>> ready;
    std::size_t ready_bytes = 0;
    for (Message& message : queue.Gather(next_round - clock_.Monotonic(), kWorkerBytesEnough)) {
      if (message.kind == Message::Kind::kEnvelope) DecodeOn(index, decoder, message);
      const std::size_t weight = kItemBytes + message.decoded.memory_bytes;
      const bool urgent = message.kind == Message::Kind::kHello;
      ready.emplace_back(CommitItem{std::move(message), nullptr}, weight);
      ready_bytes += weight;
      if (!urgent && ready_bytes < kHandOverBytes) continue;
      commits_.PushAll(std::exchange(ready, {}), urgent);
      ready_bytes = 0;
    }
    commits_.PushAll(std::move(ready));
    next_round = clock_.Monotonic() + options_.worker_interval;
  }
}

void Ingest::DecodeOn(std::size_t worker, EnvelopeDecoder& decoder, Message& message) {
  InFlight* in_flight = options_.in_flight;
  if (in_flight == nullptr) return Decode(decoder, message);
  const InFlight::BatchName name = NameOf(message.from, message.envelope);
  switch (in_flight->Judge(name)) {
    case InFlight::Verdict::kUnsuspected:
      in_flight->EnterWorker(worker, name);
      Decode(decoder, message);
      in_flight->LeaveWorker(worker);
      break;
    case InFlight::Verdict::kAlone:
      message.kind = Message::Kind::kSuspect;
      break;
    case InFlight::Verdict::kPoison:
      message.decoded = EnvelopeDecoder::Poison(message.stream, std::move(message.envelope));
      break;
  }
}

void Ingest::Decode(EnvelopeDecoder& decoder, Message& message) {
  absl::StatusOr<DecodedEnvelope> decoded =
      decoder.Decode(message.stream, std::move(message.envelope));
  if (decoded.ok()) {
    message.kind = Message::Kind::kEnvelope;
    message.decoded = *std::move(decoded);
  } else {
    message.kind = Message::Kind::kRefuse;
    message.refusal = decoded.status();
  }
}

void Ingest::TakeItem(CommitItem item, GroupSize& size) {
  Message& message = item.message;
  size.payload_bytes += message.bytes;
  size.memory_bytes += message.decoded.memory_bytes;
  switch (message.kind) {
    case Message::Kind::kHello:
      committer_.Add(message.stream, message.from, std::move(message.hello));
      break;
    case Message::Kind::kEnvelope:
      if (options_.in_flight != nullptr) {
        options_.in_flight->EnterGroup(NameOf(message.from, message.decoded.envelope));
      }
      committer_.Add(message.from, std::move(message.decoded));
      break;
    case Message::Kind::kSuspect:
      DIMS_CHECK(false);  // CommitAlone has decoded it
      break;
    case Message::Kind::kRefillDone:
      committer_.AddRefillDone(message.stream, message.from);
      break;
    case Message::Kind::kReport:
      committer_.AddReport(message.stream, message.from);
      break;
    case Message::Kind::kClosed:
      committer_.AddClosed(message.stream, message.from);
      break;
    case Message::Kind::kRefuse:
      committer_.AddRefusal(message.stream, message.from, message.refusal);
      break;
  }
}

// One round: wait for a first item, let more come, commit all of it in as many groups as it takes.
void Ingest::RunCommits() {
  absl::Duration group_began = -absl::InfiniteDuration();
  for (;;) {
    const bool any = commits_.Await(committer_.next_answer_due() - clock_.Monotonic());
    if (!any && commits_.closed() && commits_.weight() == 0) return;
    std::vector<CommitItem> items;
    if (any) {
      const absl::Duration now = clock_.Monotonic();
      const absl::Duration end =
          std::max(now + options_.group_wait, group_began + options_.group_interval);
      items = commits_.Gather(end - now, options_.group_memory_bytes);
      group_began = clock_.Monotonic();
    }
    if (!CommitInGroups(std::move(items))) {
      commits_.Close();  // nobody may wait for room that never comes
      return;
    }
  }
}

// False after a fatal commit.
bool Ingest::CommitInGroups(std::vector<CommitItem> items) {
  GroupSize size;
  for (CommitItem& item : items) {
    const bool suspect = !item.task && item.message.kind == Message::Kind::kSuspect;
    const bool full = size.payload_bytes >= options_.group_bytes ||
                      size.memory_bytes >= options_.group_memory_bytes;
    if (full || item.task || suspect) {
      if (committer_.gathered() && !CommitGathered(size.payload_bytes)) return false;
      size = GroupSize();
    }
    if (item.task) {
      item.task();
    } else if (suspect) {
      if (!CommitAlone(std::move(item))) return false;
    } else {
      TakeItem(std::move(item), size);
    }
  }
  // Also what a task asked to answer: sealing made room.
  return !committer_.gathered() || CommitGathered(size.payload_bytes);
}

bool Ingest::CommitAlone(CommitItem suspect) {
  Message& message = suspect.message;
  options_.in_flight->EnterGroup(NameOf(message.from, message.envelope));
  Decode(suspect_decoder_, message);
  GroupSize size;
  TakeItem(std::move(suspect), size);
  return CommitGathered(size.payload_bytes);
}

bool Ingest::CommitGathered(std::size_t bytes) {
  absl::Status committed = committer_.Commit();
  if (options_.in_flight != nullptr) options_.in_flight->LeaveGroup(committed.ok());
  if (absl::IsResourceExhausted(committed)) {
    LogError("live.db: ", committed.message(),
             "; nothing was written, agents keep their data and try again");
    committed = committer_.Reload(committed);
  }
  waiting_bytes_.fetch_sub(bytes);
  if (!committed.ok()) {
    on_fatal_(committed);
    return false;
  }
  for (const auto& [stream, sequence] : committer_.TakeAnswered()) {
    presence_.Committed(stream, sequence);
  }
  if (after_commit_) after_commit_(committer_.TakeRaisedAlerts());
  on_room_();
  return true;
}

}  // namespace dims

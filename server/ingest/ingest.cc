// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/ingest.h"

#include <limits>
#include <utility>

#include "absl/hash/hash.h"
#include "common/base/check.h"
#include "common/base/log.h"

namespace dims {
namespace {

// Queues are bounded by MayRead in bytes; the count only guards against a logic error.
constexpr std::size_t kQueueItemsMax = 1u << 20;

// What a message without rows weighs in the commit queue.
constexpr std::size_t kItemBytes = 512;

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
    worker_queues_.push_back(std::make_unique<BoundedQueue<Message>>(kQueueItemsMax));
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
  worker_queues_[worker]->Push(std::move(message));
}

void Ingest::OnHello(StreamId stream, const AgentRef& from, Hello hello) {
  presence_.Connected(stream, from, hello.wall_time_ns, clock_.Now());
  Message message{stream, from, Message::Kind::kHello, std::move(hello), {}, {}, {}, 0};
  Route(std::move(message));
}

void Ingest::OnDeliver(StreamId stream, const AgentRef& from, std::vector<Envelope> envelopes) {
  for (Envelope& envelope : envelopes) {
    const std::size_t bytes = envelope.payload.size();
    waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
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

void Ingest::OnClosed(StreamId stream, const AgentRef& from) {
  presence_.Disconnected(stream, clock_.Now());
  Route({stream, from, Message::Kind::kClosed, {}, {}, {}, {}, 0});
}

bool Ingest::RunOnCommitThread(Task task) {
  return commits_.Push({{}, std::move(task)});
}

void Ingest::RunWorker(std::size_t index) {
  EnvelopeDecoder decoder;
  while (std::optional<Message> message = worker_queues_[index]->Pop()) {
    if (message->kind == Message::Kind::kEnvelope) DecodeOn(index, decoder, *message);
    const std::size_t weight = kItemBytes + message->decoded.memory_bytes;
    commits_.Push({*std::move(message), nullptr}, weight);
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

// One round: wait for a first item, gather for group_wait or group_bytes, commit, run tasks.
void Ingest::RunCommits() {
  while (std::optional<CommitItem> first = commits_.Pop()) {
    std::vector<Task> tasks;
    GroupSize size;
    const absl::Duration deadline = clock_.Monotonic() + options_.group_wait;
    std::optional<CommitItem> item = std::move(first);
    std::optional<CommitItem> suspect;
    while (item) {
      if (item->task) {
        tasks.push_back(std::move(item->task));
      } else if (item->message.kind == Message::Kind::kSuspect) {
        suspect = std::move(item);
        break;
      } else {
        TakeItem(*std::move(item), size);
      }
      const bool full = size.payload_bytes >= options_.group_bytes ||
                        size.memory_bytes >= options_.group_memory_bytes;
      if (!tasks.empty() || committer_.urgent() || full) break;
      const absl::Duration left = deadline - clock_.Monotonic();
      item = left > absl::ZeroDuration() ? commits_.PopFor(left) : std::nullopt;
    }
    if ((committer_.gathered() && !CommitGathered(size.payload_bytes)) ||
        (suspect && !CommitAlone(*std::move(suspect)))) {
      commits_.Close();  // nobody may wait for room that never comes
      return;
    }
    for (const Task& task : tasks) task();
    // Sealing made room: what a task asked to answer is answered now.
    if (committer_.gathered() && !CommitGathered(0)) {
      commits_.Close();
      return;
    }
  }
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
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
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

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/base/bounded_queue.h"
#include "common/base/clock.h"
#include "server/ingest/agent_presence.h"
#include "server/ingest/envelope_decoder.h"
#include "server/ingest/group_committer.h"
#include "server/ingest/in_flight.h"

namespace dims {

struct IngestOptions {
  int workers_count = 2;
  std::size_t pool_bytes = 64u << 20;          // received and not yet committed
  std::size_t group_bytes = 1u << 20;          // a group is committed at this size
  std::size_t group_memory_bytes = 16u << 20;  // or when its rows take this much
  std::size_t queue_memory_bytes = 24u << 20;  // of rows decoded and not yet in a group
  // Or when both have passed: the one since its first item, the other since the group before.
  absl::Duration group_wait = absl::Milliseconds(5);
  absl::Duration group_interval = absl::Milliseconds(100);
  // A worker that has just been busy lets small messages come together for this long.
  absl::Duration worker_interval = absl::Milliseconds(20);
  InFlight* in_flight = nullptr;  // outlives the Ingest; none: a poison batch is not recognised
};

// The server's ingest threads: workers check and decode, one commit thread owns the GroupCommitter
// and everything that must happen between commits.
//
// Guarantees: what one stream sends is handled in its order (an agent's messages always go to the
// same worker); the order between agents is free. Memory: at most pool_bytes of payload and one
// message a stream, and queue_memory_bytes of decoded rows (a payload may grow a thousandfold);
// MayRead says when a stream must stop reading, and `on_room` is called after a commit made room. A
// commit whose outcome is unknown calls `on_fatal` once and stops; the process must then exit.
// Thread: the On... calls from any thread; Start and Stop from main.
class Ingest {
 public:
  using Task = std::function<void()>;

  Ingest(GroupCommitter& committer, AgentPresence& presence, Clock& clock,
         const IngestOptions& options, std::function<void()> on_room,
         std::function<void(const absl::Status&)> on_fatal);
  ~Ingest();

  void Start();

  // What is queued is still committed; then the threads end. Harmless to repeat.
  void Stop();

  void OnHello(StreamId stream, const AgentRef& from, Hello hello);
  void OnDeliver(StreamId stream, const AgentRef& from, std::vector<Envelope> envelopes);
  void OnReport(StreamId stream, const AgentRef& from, const Report& report);
  void OnRefillDone(StreamId stream, const AgentRef& from);
  void OnDirectivesTaken(StreamId stream, DirectivesTaken taken);
  // The stream broke a rule of the wire: counted, noted and ended.
  void OnRefused(StreamId stream, const AgentRef& from, const absl::Status& why);
  void OnClosed(StreamId stream, const AgentRef& from);

  // False while pool_bytes wait to be committed: do not start another read.
  bool MayRead() const { return waiting_bytes_.load() < options_.pool_bytes; }

  // Runs `task` on the commit thread between two groups: sealing's and retention's transactions.
  // False after Stop and after a fatal commit. Waits while the queue is full, so never call it on
  // the commit thread.
  bool RunOnCommitThread(Task task);

  // Called on the commit thread after each group, with the alerts it raised (before Start).
  void SetAfterCommit(std::function<void(std::vector<Alert>)> after_commit) {
    after_commit_ = std::move(after_commit);
  }

 private:
  struct Message {
    StreamId stream = 0;
    AgentRef from;
    enum class Kind : std::uint8_t {
      kHello,
      kEnvelope,
      kRefillDone,
      kReport,
      kClosed,
      kRefuse,
      kSuspect  // an envelope in flight at a crash: decoded by the commit thread, alone
    } kind = Kind::kHello;
    Hello hello;
    Envelope envelope;
    DecodedEnvelope decoded;
    absl::Status refusal;
    std::size_t bytes = 0;
  };

  struct CommitItem {
    Message message;
    Task task;
  };

  void Route(Message message);
  void RunWorker(std::size_t index);
  void RunCommits();
  bool CommitInGroups(std::vector<CommitItem> items);

  struct GroupSize {
    std::size_t payload_bytes = 0;
    std::size_t memory_bytes = 0;
  };

  void DecodeOn(std::size_t worker, EnvelopeDecoder& decoder, Message& message);
  static void Decode(EnvelopeDecoder& decoder, Message& message);
  void TakeItem(CommitItem item, GroupSize& size);
  bool CommitAlone(CommitItem suspect);
  bool CommitGathered(std::size_t bytes);

  GroupCommitter& committer_;
  AgentPresence& presence_;
  Clock& clock_;
  const IngestOptions options_;
  const std::function<void()> on_room_;
  const std::function<void(const absl::Status&)> on_fatal_;
  std::function<void(std::vector<Alert>)> after_commit_;
  std::vector<std::unique_ptr<BoundedQueue<Message>>> worker_queues_;
  BoundedQueue<CommitItem> commits_;
  EnvelopeDecoder suspect_decoder_;  // of the commit thread
  std::atomic<std::size_t> waiting_bytes_ = 0;
  std::vector<std::thread> workers_;
  std::thread commit_thread_;
};

}  // namespace dims

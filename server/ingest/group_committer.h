// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/event/batch_codec.h"
#include "server/detect/detector.h"
#include "server/enrich/batch_enricher.h"
#include "server/ingest/agent_progress.h"
#include "server/ingest/group_columns.h"
#include "server/ingest/owed_acks.h"
#include "server/ingest/stream.h"
#include "server/store/commit/live_database.h"
#include "server/store/open_rows.h"

namespace dims {

struct GroupCommitterOptions {
  absl::Duration retention = absl::Hours(24 * 400);
  absl::Duration late_limit = absl::Hours(1);   // older rows raise no alert
  std::uint64_t credit_pool_bytes = 64u << 20;  // of payload received and not yet committed
  std::int64_t quarantine_bytes_per_agent = 64 << 20;
  absl::Duration ack_wait = absl::ZeroDuration();  // of streams that send little (OwedAcks)
  // Not OK: no batch is stored and no credit given. Empty: there is always room.
  std::function<absl::Status()> check_room;
};

// The heart of the server: takes Hellos and decoded envelopes of all agents in the order they came,
// and turns everything gathered into one transaction, then open rows, then answers.
//
// Guarantees: no Position and no Ack is sent before the transaction that makes it true has
// committed; rows are searchable before they are acked; a batch is stored at most once, whatever is
// sent. Errors: Commit returns the reason a group failed; nothing of it was answered.
// ResourceExhausted: nothing was written, call Reload and go on. Anything else: the outcome is
// unknown, the process must exit and start again. Thread: the commit thread alone; the
// collaborators outlive it.
class GroupCommitter {
 public:
  GroupCommitter(LiveDatabase& live, OpenRows& open_rows, BatchEnricher& enricher,
                 Detector& detector, StreamReplies& replies, Clock& clock, Random& random,
                 const GroupCommitterOptions& options);

  // Reads what is known of all agents. At start before anything else, and after a commit that wrote
  // nothing; streams that were open then are refused, with its reason.
  absl::Status Reload(const absl::Status& why = absl::OkStatus());

  // Appends every row of the tail that no sealed block covers to the open rows; at start, after
  // Reload. `sealed_upto(day)` is 0 for days without a block.
  absl::Status ReplayTail();

  void Add(StreamId stream, const AgentRef& from, Hello hello);
  void Add(const AgentRef& from, DecodedEnvelope decoded);
  void AddRefillDone(StreamId stream, const AgentRef& from);
  // An idle agent says it is there; it gets an Ack with fresh credit, which also proves that the
  // commit thread lives.
  void AddReport(StreamId stream, const AgentRef& from);
  // The stream sent something that no valid agent sends: it ends with `why`.
  void AddRefusal(StreamId stream, const AgentRef& from, const absl::Status& why);
  void AddClosed(StreamId stream, const AgentRef& from);

  // An agent that was refused because its identity was in use twice may come again (D7).
  void Readmit(const std::string& agent);

  // There is something to commit, or to answer.
  bool gathered() { return !items_.empty() || next_answer_due() <= clock_.Monotonic(); }

  // When a stream must be answered though nothing is gathered.
  absl::Duration next_answer_due() { return owed_acks_.next_due(); }

  absl::Status Commit();

  // Rows are accepted again, as some were sealed: the next Commit answers each stream that was
  // given no credit, so that it need not wait for its agent's next report.
  void GrantWithheld() {
    if (!open_rows_.AcceptsMore()) return;
    for (const auto& [stream, from] : std::exchange(withheld_, {})) AddReport(stream, from);
  }

  // Alerts raised by committed groups since the last call, for the notifiers.
  std::vector<Alert> TakeRaisedAlerts();

  // How far each stream that was answered since the last call is committed.
  std::vector<std::pair<StreamId, Sequence>> TakeAnswered();

  // What agents sent against the rules of their stream since the last call, one entry a stream that
  // was ended for it. A sequence that was merely out of step is not among them (D8).
  struct RefusedStream {
    AgentRef from;
    absl::Status why;
  };

  std::vector<RefusedStream> TakeRefusedStreams() { return std::exchange(refused_, {}); }

  struct Counters {
    std::uint64_t groups = 0;
    std::uint64_t rows = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t quarantined_rows = 0;
    std::uint64_t times_replaced = 0;
  };

  // False while live.db is nearly full: nobody gets credit until sealing has emptied its tail.
  bool has_room() const { return has_room_; }

  const Counters& counters() const { return counters_; }

 private:
  struct Item {
    StreamId stream = 0;
    AgentRef from;
    enum class Kind : std::uint8_t {
      kHello,
      kEnvelope,
      kRefillDone,
      kReport,
      kRefusal,
      kClosed
    } kind = Kind::kHello;
    Hello hello;
    DecodedEnvelope decoded;
    absl::Status refusal;
  };

  struct Portion;
  struct Answered;
  struct Group;

  AgentProgress& ProgressOf(const std::string& agent);
  void Take(Item& item, Group& group);
  void TakeHello(Item& item, Group& group);
  void TakeEnvelope(Item& item, Group& group);
  absl::Status LearnQuarantineShare(const Item& item);
  void Refuse(StreamId stream, absl::Status why, Group& group);
  void Complete(Portion& portion, absl::Time now, v1::TailGroup& tail);
  void RefuseBatch(const Item& item, const absl::Status& why, Group& group);
  absl::Status Store(Group& group);
  absl::Status WriteGroup(Group& group);
  absl::Status RaiseAlerts(Group& group);
  absl::Status Detect(Group& group);
  void Answer(Group& group);
  void AnswerBatches(Group& group, std::uint64_t credit);
  std::uint64_t Credit() const;

  absl::Status CheckRoom() const {
    return options_.check_room ? options_.check_room() : absl::OkStatus();
  }

  LiveDatabase& live_;
  OpenRows& open_rows_;
  BatchEnricher& enricher_;
  Detector& detector_;
  StreamReplies& replies_;
  Clock& clock_;
  Random& random_;
  const GroupCommitterOptions options_;
  BatchEncoder annex_encoder_;
  absl::flat_hash_map<std::string, std::unique_ptr<AgentProgress>> progress_;
  absl::flat_hash_map<std::string, std::int64_t> quarantined_bytes_;
  std::vector<Item> items_;
  bool has_room_ = true;
  absl::flat_hash_set<StreamId> open_streams_;
  OwedAcks owed_acks_;
  absl::flat_hash_map<StreamId, AgentRef> withheld_;  // streams whose last answer gave no credit
  std::vector<Alert> raised_;
  std::vector<RefusedStream> refused_;
  std::vector<std::pair<StreamId, Sequence>> answered_;
  Counters counters_;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "server/ingest/stream.h"
#include "server/store/commit/commit_group.h"

namespace dims {

// What the server knows of one agent's delivery, and the rules that decide on each Hello and each
// envelope (DELIVERY.md D1..D9, D13). No thread, clock, disk or socket: it changes its own state
// and adds to the CommitGroup what must become durable for that state to be true. When the group's
// commit fails the caller forgets this object and loads it anew.
//
// Limits: 4,096 epochs of an agent are taken from its Hellos, and 8,192 kept in all; an honest one
// has a handful.
class AgentProgress {
 public:
  AgentProgress(std::string agent, std::vector<Watermark> by_rank, std::vector<Bookmark> bookmarks,
                std::vector<Gap> refilling);

  struct HelloOutcome {
    Position position;  // without credit and server time
    bool store_regressed =
        false;  // the agent was acked for more than the store holds: alarm, once a generation
    bool cloned = false;           // a nonce that was current before came back: alarm
    bool too_many_epochs = false;  // no more are begun: refuse
    bool refuse_both = false;      // the second time within ten minutes; from then on until Readmit
  };

  // A new stream takes over: `stream` is the fence from now on. `store_generation` is drawn anew
  // when this Hello shows that the store went back: an epoch is valid for one generation only.
  HelloOutcome OnHello(StreamId stream, const AgentRef& from, const Hello& hello,
                       std::uint64_t& store_generation, absl::Time now, Random& random,
                       CommitGroup& group);

  enum class Verdict {
    kAccept,     // the next sequence: applied, its rows belong to the group
    kDuplicate,  // already committed: only an ack is owed
    kFenced,     // from a stream that was taken over: drop, say nothing
  };

  // OK: the verdict. Else the stream must be refused with this status (gap in the stream, fork,
  // wrong epoch).
  absl::StatusOr<Verdict> OnEnvelope(const DecodedEnvelope& decoded, const AgentRef& from,
                                     absl::Time now, CommitGroup& group);

  // The agent has resent everything it still had: what is missing is final.
  void OnRefillDone(StreamId stream, CommitGroup& group);

  // The last committed sequence of the current epoch. REQUIRES: an OnHello came first.
  const Watermark& current() const { return epochs_.back(); }

  StreamId fence() const { return fence_; }

  // After the commit: gaps opened by this group now have their ids.
  void LearnGapIds(const CommitGroup& group);

  // Ends the fence if `stream` still holds it.
  void OnClosed(StreamId stream);

  // The operator has decided about two processes with one identity: whoever comes next is the
  // agent.
  void Readmit();

 private:
  Watermark* Find(Epoch epoch);
  static void Change(const Gap& gap, CommitGroup& group);
  void StartEpoch(Epoch epoch, std::uint64_t generation, CommitGroup& group);
  bool StoreFellBehind(const Hello& hello) const;
  void CompareAckLog(const AgentRef& from, const Hello& hello, absl::Time now, CommitGroup& group);
  void NoteNonce(std::uint64_t nonce, absl::Time now, HelloOutcome& outcome);
  void MoveBookmarks(const Envelope& envelope, CommitGroup& group);
  void CountRefilled(const Envelope& envelope, CommitGroup& group);
  void CountLosses(const Envelope& envelope, const AgentRef& from, absl::Time now,
                   CommitGroup& group);

  std::string agent_;
  std::vector<Watermark> epochs_;  // by rank; the last is current
  absl::flat_hash_map<std::string, Bookmark> bookmarks_;
  std::vector<Gap> refilling_;
  StreamId fence_ = 0;
  std::uint64_t nonce_ = 0;
  std::vector<std::uint64_t> past_nonces_;
  std::vector<absl::Time> alternations_;
  bool refused_ = false;
};

}  // namespace dims

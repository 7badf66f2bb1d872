// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/agent_progress.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/delivery/chain.h"

namespace dims {
namespace {

constexpr std::size_t kEpochsMax = 4096;  // taken from an agent's Hellos
// Begun here; what a Hello claims leaves an agent room to go on.
constexpr std::size_t kEpochsWithBegunMax = 2 * kEpochsMax;
constexpr std::size_t kPastNoncesMax = 64;
constexpr absl::Duration kAlternationWindow = absl::Minutes(10);

// The one that is further on. Another nonce or an unlike kind is news and wins.
bool IsBehind(const Bookmark& incoming, const Bookmark& stored) {
  const auto* file = std::get_if<FilePosition>(&incoming.position);
  const auto* stored_file = std::get_if<FilePosition>(&stored.position);
  if (file != nullptr && stored_file != nullptr) {
    return std::pair(file->generation, file->offset) <
           std::pair(stored_file->generation, stored_file->offset);
  }
  const auto* counter = std::get_if<CounterPosition>(&incoming.position);
  const auto* stored_counter = std::get_if<CounterPosition>(&stored.position);
  return counter != nullptr && stored_counter != nullptr &&
         counter->nonce == stored_counter->nonce && counter->counter < stored_counter->counter;
}

std::uint32_t LeftOut(const Envelope& envelope) {
  std::uint32_t rows = 0;
  for (const RowRange& range : envelope.leave_out) rows += range.count;
  return rows;
}

// The agent was acked for more of `mark`'s epoch than the store holds.
bool FellBehind(const Hello& hello, const Watermark& mark) {
  return std::any_of(hello.ack_log.begin(), hello.ack_log.end(), [&](const EpochPosition& acked) {
    return acked.epoch == mark.epoch && acked.sequence > mark.sequence;
  });
}

}  // namespace

AgentProgress::AgentProgress(std::string agent, std::vector<Watermark> by_rank,
                             std::vector<Bookmark> bookmarks, std::vector<Gap> refilling)
    : agent_(std::move(agent)), epochs_(std::move(by_rank)), refilling_(std::move(refilling)) {
  for (Bookmark& bookmark : bookmarks) {
    std::string source = bookmark.source;
    bookmarks_.insert_or_assign(std::move(source), std::move(bookmark));
  }
}

Watermark* AgentProgress::Find(Epoch epoch) {
  const auto found = std::find_if(epochs_.begin(), epochs_.end(),
                                  [&](const Watermark& mark) { return mark.epoch == epoch; });
  return found == epochs_.end() ? nullptr : &*found;
}

void AgentProgress::StartEpoch(Epoch epoch, std::uint64_t generation, CommitGroup& group) {
  const std::int64_t rank = epochs_.empty() ? 1 : epochs_.back().rank + 1;
  epochs_.push_back({agent_, epoch, rank, 0, ChainStart(agent_, epoch), 0, generation});
  group.watermarks.push_back(epochs_.back());
}

AgentProgress::HelloOutcome AgentProgress::OnHello(StreamId stream, const AgentRef& from,
                                                   const Hello& hello,
                                                   std::uint64_t& store_generation, absl::Time now,
                                                   Random& random, CommitGroup& group) {
  HelloOutcome outcome;
  if (!refused_) NoteNonce(hello.boot_nonce, now, outcome);
  refused_ = outcome.refuse_both = refused_ || outcome.refuse_both;
  if (refused_) {
    fence_ = 0;
    return outcome;
  }
  fence_ = stream;
  // An agent that restarted since does not remember the generation; one alarm too many is the safe
  // side.
  outcome.store_regressed =
      StoreFellBehind(hello) &&
      (hello.store_generation_seen == store_generation || hello.store_generation_seen == 0);
  const std::uint64_t former = store_generation;
  while (outcome.store_regressed && (store_generation == former || store_generation == 0)) {
    store_generation = random.Uint64();
  }
  // Every epoch is drawn by the server, and one in which the store went back is over:
  // docs/decisions/0001.
  const bool continues = !epochs_.empty() && !hello.want_new_epoch &&
                         hello.epoch == current().epoch &&
                         current().generation == store_generation && !FellBehind(hello, current());
  if (!continues && epochs_.size() >= kEpochsWithBegunMax) {
    outcome.too_many_epochs = true;
    fence_ = 0;
    return outcome;
  }
  if (!continues) {
    Epoch drawn = 0;
    while (drawn == 0 || drawn == hello.epoch || Find(drawn) != nullptr) drawn = random.Uint64();
    StartEpoch(drawn, store_generation, group);
  }
  CompareAckLog(from, hello, now, group);
  outcome.position.epoch = current().epoch;
  outcome.position.watermark = current().sequence;
  outcome.position.chain = current().chain;
  for (const Watermark& mark : epochs_) {
    if (mark.sequence == 0) continue;
    outcome.position.epochs.push_back({mark.epoch, mark.sequence, mark.next_ordinal});
  }
  for (const auto& [source, bookmark] : bookmarks_) {
    const bool live = std::find(hello.live_sources.begin(), hello.live_sources.end(), source) !=
                      hello.live_sources.end();
    // A counter says nothing to an agent that holds no row of its process.
    const bool lasts =
        !bookmark.closed && !std::holds_alternative<CounterPosition>(bookmark.position);
    if (live || lasts) outcome.position.bookmarks.push_back(bookmark);
  }
  std::sort(outcome.position.bookmarks.begin(), outcome.position.bookmarks.end(),
            [](const Bookmark& a, const Bookmark& b) { return a.source < b.source; });
  return outcome;
}

void AgentProgress::NoteNonce(std::uint64_t nonce, absl::Time now, HelloOutcome& outcome) {
  if (nonce == nonce_) return;
  const bool seen_before =
      std::find(past_nonces_.begin(), past_nonces_.end(), nonce) != past_nonces_.end();
  if (nonce_ != 0 && !seen_before) {
    past_nonces_.push_back(nonce_);
    if (past_nonces_.size() > kPastNoncesMax) past_nonces_.erase(past_nonces_.begin());
  }
  if (seen_before) {
    std::erase_if(alternations_, [&](absl::Time at) { return now - at > kAlternationWindow; });
    alternations_.push_back(now);
    past_nonces_.push_back(nonce_);
    std::erase(past_nonces_, nonce);
    outcome.cloned = true;
    outcome.refuse_both = alternations_.size() >= 2;
  }
  nonce_ = nonce;
}

// The agent was acked for more of some epoch than the store holds.
bool AgentProgress::StoreFellBehind(const Hello& hello) const {
  if (hello.ack_log.empty()) return false;
  absl::flat_hash_map<Epoch, Sequence> known;
  for (const Watermark& mark : epochs_) known.emplace(mark.epoch, mark.sequence);
  return std::any_of(hello.ack_log.begin(), hello.ack_log.end(), [&](const EpochPosition& acked) {
    const auto mark = known.find(acked.epoch);
    return acked.sequence > (mark == known.end() ? 0 : mark->second);
  });
}

// Opens a refilling gap for every epoch in which the agent was acked for more than the store holds.
// An old epoch's watermark then moves to what was acked: the gap alone stands for the difference
// from there on.
void AgentProgress::CompareAckLog(const AgentRef& from, const Hello& hello, absl::Time now,
                                  CommitGroup& group) {
  if (hello.ack_log.empty()) return;
  absl::flat_hash_map<Epoch, Watermark*> known;  // the agent's list may be long and hostile
  for (Watermark& mark : epochs_) known.emplace(mark.epoch, &mark);
  std::deque<Watermark> forgotten;  // by the store: older than everything it knows
  for (const EpochPosition& acked : hello.ack_log) {
    Watermark*& mark = known[acked.epoch];
    if (mark == nullptr && (acked.sequence == 0 || known.size() > kEpochsMax)) continue;
    if (mark == nullptr) {
      const std::int64_t rank = (forgotten.empty() ? epochs_.front() : forgotten.front()).rank - 1;
      mark = &forgotten.emplace_front(Watermark{agent_, acked.epoch, rank, 0, {}, 0, 0});
    }
    if (acked.sequence <= mark->sequence) continue;
    const std::uint64_t missing =
        acked.next_ordinal - std::min(acked.next_ordinal, mark->next_ordinal);
    const auto open = std::find_if(refilling_.begin(), refilling_.end(),
                                   [&](const Gap& gap) { return gap.epoch == acked.epoch; });
    Gap gap;
    gap.first_sequence = mark->sequence + 1;
    if (open != refilling_.end()) gap = *open;  // grows: what it says already stays missing
    gap.agent = agent_;
    gap.site = from.site;
    gap.epoch = acked.epoch;
    gap.count += missing;
    gap.reason = "store_regressed";
    gap.state = GapState::kRefilling;
    gap.last_sequence = acked.sequence;
    gap.to_ns = absl::ToUnixNanos(now);
    if (open == refilling_.end()) {
      if (missing > 0) {
        group.new_gaps.push_back(gap);
        refilling_.push_back(gap);
      }
    } else {
      *open = gap;
      Change(gap, group);
    }
    if (mark->epoch != current().epoch) {
      mark->sequence = acked.sequence;
      mark->next_ordinal = std::max(mark->next_ordinal, acked.next_ordinal);
      group.watermarks.push_back(*mark);
    }
  }
  epochs_.insert(epochs_.begin(), forgotten.begin(), forgotten.end());
}

absl::StatusOr<AgentProgress::Verdict> AgentProgress::OnEnvelope(const DecodedEnvelope& decoded,
                                                                 const AgentRef& from,
                                                                 absl::Time now,
                                                                 CommitGroup& group) {
  if (decoded.stream != fence_) return Verdict::kFenced;
  const Envelope& envelope = decoded.envelope;
  Watermark& mark = epochs_.back();
  if (envelope.epoch != mark.epoch) {
    return absl::FailedPreconditionError(
        absl::StrCat("batch ", envelope.sequence, ": its epoch is not current"));
  }
  if (envelope.sequence < mark.sequence) return Verdict::kDuplicate;
  if (envelope.sequence == mark.sequence) {
    if (envelope.chain == mark.chain) return Verdict::kDuplicate;
    return absl::AbortedError(
        absl::StrCat("batch ", envelope.sequence, ": its chain differs from the stored one"));
  }
  if (envelope.sequence != mark.sequence + 1) {
    return absl::OutOfRangeError(
        absl::StrCat("batch ", envelope.sequence, ": ", mark.sequence + 1, " was expected"));
  }
  const Sha256Digest chain =
      ChainNext(mark.chain, mark.epoch, envelope.sequence, envelope.payload_digest);
  if (chain != envelope.chain || envelope.first_ordinal != mark.next_ordinal) {
    return absl::AbortedError(
        absl::StrCat("batch ", envelope.sequence, ": its chain or ordinal does not follow"));
  }
  mark.sequence = envelope.sequence;
  mark.chain = chain;
  mark.next_ordinal += envelope.rows;
  group.watermarks.push_back(mark);
  MoveBookmarks(envelope, group);
  CountRefilled(envelope, group);
  CountLosses(envelope, from, now, group);
  return Verdict::kAccept;
}

void AgentProgress::MoveBookmarks(const Envelope& envelope, CommitGroup& group) {
  for (const Bookmark& bookmark : envelope.bookmarks) {
    const auto stored = bookmarks_.find(bookmark.source);
    if (stored != bookmarks_.end() && IsBehind(bookmark, stored->second)) continue;
    bookmarks_.insert_or_assign(bookmark.source, bookmark);
    group.bookmarks.push_back({agent_, bookmark});
  }
}

// Rows that come back shrink the gap they left: resent under their own sequence (the agent rewound)
// or under a new epoch's, which names the old one.
void AgentProgress::CountRefilled(const Envelope& envelope, CommitGroup& group) {
  const Epoch epoch = envelope.replaces_epoch != 0 ? envelope.replaces_epoch : envelope.epoch;
  const Sequence sequence =
      envelope.replaces_epoch != 0 ? envelope.replaces_sequence : envelope.sequence;
  for (Gap& gap : refilling_) {
    if (gap.epoch != epoch || sequence < gap.first_sequence || sequence > gap.last_sequence)
      continue;
    // Sent again under yet another epoch: counted when it came first.
    if (sequence <= gap.refilled_through) continue;
    gap.refilled_through = sequence;
    gap.count -= std::min<std::uint64_t>(gap.count, envelope.rows);
    Change(gap, group);
  }
  std::erase_if(refilling_, [](const Gap& gap) { return gap.count == 0; });
}

void AgentProgress::CountLosses(const Envelope& envelope, const AgentRef& from, absl::Time now,
                                CommitGroup& group) {
  Gap gap;
  gap.agent = agent_;
  gap.site = from.site;
  gap.epoch = envelope.epoch;
  for (const Loss& loss : envelope.losses) {
    gap.source = loss.source;
    gap.from_ns = loss.from_ns;
    gap.to_ns = loss.to_ns;
    gap.count = loss.count;
    gap.reason = loss.reason;
    if (gap.count > 0) group.new_gaps.push_back(gap);
  }
  if (!envelope.hollow()) return;
  gap.source = envelope.bookmarks.empty() ? "" : envelope.bookmarks.front().source;
  gap.from_ns = 0;
  gap.to_ns = absl::ToUnixNanos(now);
  gap.count = envelope.rows - std::min(envelope.rows, LeftOut(envelope));
  gap.reason = envelope.hollow_reason;
  if (gap.count > 0) group.new_gaps.push_back(gap);
}

void AgentProgress::OnRefillDone(StreamId stream, CommitGroup& group) {
  if (stream != fence_) return;
  for (Gap& gap : refilling_) {
    gap.state = GapState::kFinal;
    Change(gap, group);
  }
  refilling_.clear();
}

// A gap that this very group opens has no id yet: it is changed before it is written.
void AgentProgress::Change(const Gap& gap, CommitGroup& group) {
  if (gap.id != 0) {
    group.changed_gaps.push_back(gap);
    return;
  }
  for (Gap& opened : group.new_gaps) {
    const bool same = opened.agent == gap.agent && opened.epoch == gap.epoch;
    if (same && opened.state == GapState::kRefilling) opened = gap;
  }
}

void AgentProgress::LearnGapIds(const CommitGroup& group) {
  for (Gap& gap : refilling_) {
    if (gap.id != 0) continue;
    for (const Gap& stored : group.new_gaps) {
      const bool same = stored.agent == agent_ && stored.epoch == gap.epoch;
      if (same && stored.state == GapState::kRefilling) gap.id = stored.id;
    }
  }
}

void AgentProgress::OnClosed(StreamId stream) {
  if (fence_ == stream) fence_ = 0;
}

void AgentProgress::Readmit() {
  refused_ = false;
  nonce_ = 0;
  past_nonces_.clear();
  alternations_.clear();
}

}  // namespace dims

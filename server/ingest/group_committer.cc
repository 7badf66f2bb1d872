// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/group_committer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/event/concatenate.h"
#include "common/event/select_rows.h"
#include "server/ingest/annex.h"
#include "server/ingest/delivery_alerts.h"
#include "server/ingest/envelope_decoder.h"
#include "server/ingest/tail_envelope.h"

namespace dims {
namespace {

constexpr std::uint64_t kFirstCreditBytesMax = 256u << 10;
constexpr std::uint64_t kCreditBytesMax = 4u << 20;

// A batch of so many rows stays by itself; smaller ones are put together, so that what is done once
// a distinct value or once a batch is done once for all of them.
constexpr std::uint32_t kAloneRowsMin = 1024;

std::vector<std::uint32_t> KeptRows(std::uint32_t rows, std::span<const RowRange> skip) {
  std::vector<std::uint32_t> kept;
  RowsKept(rows, skip).ForEach([&](std::uint32_t row) { kept.push_back(row); });
  return kept;
}

// What the envelopes alone decide: origin, and times that cannot be. Returns how many times were
// replaced.
std::uint32_t AddDerived(std::span<const EnvelopeRows> rows, std::int64_t received_ns,
                         std::int64_t oldest_kept_ns, EventBatch& batch) {
  for (Column& column : OriginColumns(rows, received_ns)) batch.Put(std::move(column));
  std::vector<Column> times;
  const std::uint32_t replaced = ReplaceImpossibleTimes(batch, received_ns, oldest_kept_ns, times);
  for (Column& column : times) batch.Put(std::move(column));
  return replaced;
}

}  // namespace

// Rows of a group that become one batch and one row of the tail.
struct GroupCommitter::Portion {
  std::size_t tail = 0;  // its place in the group's tails
  std::vector<EventBatch> batches;
  std::vector<EnvelopeRows> rows;
  EventBatch whole;
};

// What a stream is to be told of its batches in a group.
struct GroupCommitter::Answered {
  std::string agent;
  Ack ack;
  std::size_t bytes = 0;
  bool at_once = false;
};

// What one transaction is being made of, and what is to be answered once it has committed.
struct GroupCommitter::Group {
  CommitGroup write;
  std::vector<Portion> portions;
  std::optional<std::size_t> of_small;  // which portion takes the small batches
  std::vector<Alert> alerts;
  std::vector<std::pair<StreamId, Position>> positions;
  std::vector<std::pair<StreamId, absl::Status>> refusals;
  absl::flat_hash_map<StreamId, Answered> acks;
  absl::flat_hash_map<std::string, bool> touched;
  std::uint64_t generation = 0;  // of the store, once this group has committed
  absl::Time now;

  Answered& AckFor(const Item& item) {
    Answered& answer = acks[item.stream];
    answer.agent = item.from.agent;
    return answer;
  }

  Portion& PortionFor(std::uint32_t rows) {
    const bool small = rows < kAloneRowsMin;
    if (small && of_small) return portions[*of_small];
    if (small) of_small = portions.size();
    portions.emplace_back().tail = write.tails.size();
    write.tails.emplace_back();
    return portions.back();
  }
};

GroupCommitter::GroupCommitter(LiveDatabase& live, OpenRows& open_rows, BatchEnricher& enricher,
                               Detector& detector, StreamReplies& replies, Clock& clock,
                               Random& random, const GroupCommitterOptions& options)
    : live_(live),
      open_rows_(open_rows),
      enricher_(enricher),
      detector_(detector),
      replies_(replies),
      clock_(clock),
      random_(random),
      options_(options),
      owed_acks_(options.ack_wait) {}

absl::Status GroupCommitter::Reload(const absl::Status& why) {
  for (const StreamId stream : open_streams_) {
    replies_.Refuse(stream, absl::UnavailableError(absl::StrCat(
                                "the server takes no batches right now: ", why.message())));
  }
  open_streams_.clear();
  withheld_.clear();
  progress_.clear();
  quarantined_bytes_.clear();
  items_.clear();
  owed_acks_.Clear();
  ASSIGN_OR_RETURN(std::vector<Watermark> marks, live_.Watermarks());
  ASSIGN_OR_RETURN(std::vector<AgentBookmark> bookmarks, live_.Bookmarks());
  ASSIGN_OR_RETURN(std::vector<Gap> gaps, live_.RefillingGaps());
  absl::flat_hash_map<std::string, std::vector<Watermark>> marks_of;
  absl::flat_hash_map<std::string, std::vector<Bookmark>> bookmarks_of;
  absl::flat_hash_map<std::string, std::vector<Gap>> gaps_of;
  for (Watermark& mark : marks) marks_of[mark.agent].push_back(std::move(mark));
  for (AgentBookmark& entry : bookmarks)
    bookmarks_of[entry.agent].push_back(std::move(entry.bookmark));
  for (Gap& gap : gaps) gaps_of[gap.agent].push_back(std::move(gap));
  for (auto& [agent, of_agent] : marks_of) {
    progress_[agent] = std::make_unique<AgentProgress>(
        agent, std::move(of_agent), std::move(bookmarks_of[agent]), std::move(gaps_of[agent]));
  }
  return absl::OkStatus();
}

absl::Status GroupCommitter::ReplayTail() {
  BatchDecoder decoder;
  return live_.ForEachTailGroup([&](std::int64_t id, const v1::TailGroup& tail) -> absl::Status {
    std::vector<EventBatch> batches;
    std::vector<EnvelopeRows> rows;
    for (const v1::TailEnvelope& envelope : tail.envelopes()) {
      ASSIGN_OR_RETURN(EventBatch payload, decoder.Decode(envelope.payload()),
                       absl::StrCat("live.db: tail row ", id));
      const std::vector<RowRange> skip = RangesFrom(envelope.skip());
      rows.push_back({envelope.agent(), envelope.site(), envelope.agent_version(), envelope.epoch(),
                      envelope.first_ordinal(), payload.rows(), KeptRows(payload.rows(), skip),
                      RangesFrom(envelope.maybe_repeated())});
      const RowBitmap keep = RowsKept(payload.rows(), skip);
      batches.push_back(SelectRows(std::move(payload), keep));
    }
    std::vector<const EventBatch*> views;
    for (const EventBatch& batch : batches) views.push_back(&batch);
    EventBatch merged = Concatenate(views);
    AddDerived(rows, tail.received_ns(), tail.oldest_kept_ns(), merged);
    const std::vector<const std::string*> payloads(tail.annex().pointer_begin(),
                                                   tail.annex().pointer_end());
    ASSIGN_OR_RETURN(const EventBatch annex, DecodeAnnex(payloads, decoder),
                     absl::StrCat("live.db: annex of tail row ", id));
    for (const Column& column : annex.columns()) merged.Put(column);
    open_rows_.Append(
        {std::make_shared<const EventBatch>(std::move(merged)), id, tail.received_ns()});
    return absl::OkStatus();
  });
}

void GroupCommitter::Add(StreamId stream, const AgentRef& from, Hello hello) {
  items_.push_back({stream, from, Item::Kind::kHello, std::move(hello), {}, {}});
}

void GroupCommitter::Add(const AgentRef& from, DecodedEnvelope decoded) {
  const StreamId stream = decoded.stream;
  items_.push_back({stream, from, Item::Kind::kEnvelope, {}, std::move(decoded), {}});
}

void GroupCommitter::AddRefillDone(StreamId stream, const AgentRef& from) {
  items_.push_back({stream, from, Item::Kind::kRefillDone, {}, {}, {}});
}

void GroupCommitter::AddClosed(StreamId stream, const AgentRef& from) {
  items_.push_back({stream, from, Item::Kind::kClosed, {}, {}, {}});
}

void GroupCommitter::AddReport(StreamId stream, const AgentRef& from) {
  items_.push_back({stream, from, Item::Kind::kReport, {}, {}, {}});
}

void GroupCommitter::AddRefusal(StreamId stream, const AgentRef& from, const absl::Status& why) {
  items_.push_back({stream, from, Item::Kind::kRefusal, {}, {}, why});
}

void GroupCommitter::Readmit(const std::string& agent) {
  ProgressOf(agent).Readmit();
}

AgentProgress& GroupCommitter::ProgressOf(const std::string& agent) {
  std::unique_ptr<AgentProgress>& progress = progress_[agent];
  if (progress == nullptr) {
    progress = std::make_unique<AgentProgress>(agent, std::vector<Watermark>{},
                                               std::vector<Bookmark>{}, std::vector<Gap>{});
  }
  return *progress;
}

absl::Status GroupCommitter::Commit() {
  Group group;
  group.now = clock_.Now();
  group.generation = live_.store_generation();
  std::vector<Item> items = std::exchange(items_, {});
  for (Item& item : items) {
    if (item.kind == Item::Kind::kEnvelope) RETURN_IF_ERROR(LearnQuarantineShare(item));
    Take(item, group);
  }
  RETURN_IF_ERROR(Store(group));
  if (!items.empty()) ++counters_.groups;
  Answer(group);
  return absl::OkStatus();
}

void GroupCommitter::Take(Item& item, Group& group) {
  group.touched[item.from.agent] = true;
  switch (item.kind) {
    case Item::Kind::kHello:
      TakeHello(item, group);
      break;
    case Item::Kind::kEnvelope:
      TakeEnvelope(item, group);
      break;
    case Item::Kind::kRefillDone:
      ProgressOf(item.from.agent).OnRefillDone(item.stream, group.write);
      break;
    case Item::Kind::kReport:
      if (ProgressOf(item.from.agent).fence() == item.stream) {
        group.AckFor(item).at_once = true;
      }
      break;
    case Item::Kind::kRefusal:
      RefuseBatch(item, item.refusal, group);
      break;
    case Item::Kind::kClosed:
      ProgressOf(item.from.agent).OnClosed(item.stream);
      open_streams_.erase(item.stream);
      owed_acks_.Leave(item.stream);
      break;
  }
}

void GroupCommitter::TakeHello(Item& item, Group& group) {
  AgentProgress& progress = ProgressOf(item.from.agent);
  const StreamId older = progress.fence();
  open_streams_.insert(item.stream);
  if (!open_rows_.AcceptsMore()) withheld_[item.stream] = item.from;
  const AgentProgress::HelloOutcome outcome = progress.OnHello(
      item.stream, item.from, item.hello, group.generation, group.now, random_, group.write);
  if (older != 0 && older != item.stream) {
    Refuse(older, absl::AbortedError("a newer stream of this agent took over"), group);
  }
  if (outcome.cloned) {
    group.alerts.push_back(ClonedAlert(item.from, group.now));
  }
  if (outcome.refuse_both || outcome.too_many_epochs) {
    Refuse(item.stream,
           absl::PermissionDeniedError(
               outcome.refuse_both ? "this agent's identity is in use twice; the operator must "
                                     "decide: dims agent list"
                                   : "this agent has begun more epochs than any honest one does; "
                                     "revoke it and invite the site anew"),
           group);
    return;
  }
  group.positions.emplace_back(item.stream, outcome.position);
}

void GroupCommitter::TakeEnvelope(Item& item, Group& group) {
  AgentProgress& progress = ProgressOf(item.from.agent);
  const absl::StatusOr<AgentProgress::Verdict> verdict =
      progress.OnEnvelope(item.decoded, item.from, group.now, group.write);
  if (!verdict.ok()) return RefuseBatch(item, verdict.status(), group);
  if (*verdict == AgentProgress::Verdict::kFenced) return;
  Answered& answer = group.AckFor(item);
  if (*verdict == AgentProgress::Verdict::kDuplicate) {
    answer.at_once = true;
    ++counters_.duplicates;
    return;
  }
  DecodedEnvelope& decoded = item.decoded;
  answer.bytes += decoded.envelope.payload.size();
  if (decoded.poison) {
    group.alerts.push_back(PoisonAlert(item.from, decoded.envelope, group.now));
  }
  if (!decoded.quarantine_reason.empty()) {
    counters_.quarantined_rows += decoded.quarantined_rows;
    answer.at_once = true;
    answer.ack.quarantined.push_back(
        {decoded.envelope.sequence, decoded.quarantined_rows, decoded.quarantine_reason});
    group.write.quarantines.push_back(
        {item.from.agent, item.from.site, decoded.envelope.epoch, decoded.envelope.sequence,
         decoded.quarantined_rows, decoded.quarantine_reason, decoded.envelope.payload_digest, ""});
    std::int64_t& used = quarantined_bytes_[item.from.agent];
    const auto bytes = static_cast<std::int64_t>(decoded.envelope.payload.size());
    if (used + bytes <= options_.quarantine_bytes_per_agent) {
      used += bytes;
      group.write.quarantines.back().payload = decoded.envelope.payload;
    }
  }
  if (!decoded.batch || decoded.batch->rows() == 0) return;
  Portion& portion = group.PortionFor(decoded.batch->rows());
  portion.rows.push_back({item.from.agent, item.from.site, item.from.version,
                          decoded.envelope.epoch, decoded.envelope.first_ordinal,
                          decoded.envelope.rows, KeptRows(decoded.envelope.rows, decoded.skip),
                          decoded.envelope.maybe_repeated});
  portion.batches.push_back(*std::move(decoded.batch));
  *group.write.tails[portion.tail].add_envelopes() = ToTail(item.from, decoded);
}

// The agent's share already used is read once, before the first quarantine of this process' life.
absl::Status GroupCommitter::LearnQuarantineShare(const Item& item) {
  if (item.decoded.quarantine_reason.empty() || quarantined_bytes_.contains(item.from.agent)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(quarantined_bytes_[item.from.agent], live_.QuarantinedBytes(item.from.agent));
  return absl::OkStatus();
}

void GroupCommitter::RefuseBatch(const Item& item, const absl::Status& why, Group& group) {
  ++counters_.refused;
  ProgressOf(item.from.agent).OnClosed(item.stream);
  if (!absl::IsOutOfRange(why)) refused_.push_back({item.from, why});
  Refuse(item.stream, why, group);
}

void GroupCommitter::Refuse(StreamId stream, absl::Status why, Group& group) {
  group.refusals.emplace_back(stream, std::move(why));
}

// Makes the portion's batch whole: one set of columns, what is derived, what enrichment adds.
void GroupCommitter::Complete(Portion& portion, absl::Time now, v1::TailGroup& tail) {
  const std::int64_t received_ns = absl::ToUnixNanos(now);
  const std::int64_t oldest_kept = received_ns - absl::ToInt64Nanoseconds(options_.retention);
  if (portion.batches.size() == 1) {
    portion.whole = std::move(portion.batches[0]);
  } else {
    std::vector<const EventBatch*> views;
    for (const EventBatch& batch : portion.batches) views.push_back(&batch);
    portion.whole = Concatenate(views);
  }
  portion.batches.clear();
  counters_.times_replaced += AddDerived(portion.rows, received_ns, oldest_kept, portion.whole);
  std::vector<Column> annex;
  enricher_.Enrich(portion.whole, annex);
  tail.set_received_ns(received_ns);
  tail.set_oldest_kept_ns(oldest_kept);
  EventBatch added(portion.whole.rows(), std::move(annex));
  for (std::string& slice : EncodeAnnex(added, annex_encoder_)) tail.add_annex(std::move(slice));
  for (const Column& column : added.columns()) portion.whole.Put(column);
}

absl::Status GroupCommitter::Store(Group& group) {
  if (!group.portions.empty()) RETURN_IF_ERROR(CheckRoom());
  for (Portion& portion : group.portions)
    Complete(portion, group.now, group.write.tails[portion.tail]);
  return WriteGroup(group);
}

absl::Status GroupCommitter::WriteGroup(Group& group) {
  const CommitGroup& write = group.write;
  const bool nothing = group.portions.empty() && write.watermarks.empty() &&
                       write.bookmarks.empty() && write.new_gaps.empty() &&
                       write.changed_gaps.empty() && write.quarantines.empty() &&
                       group.alerts.empty();
  if (nothing) return absl::OkStatus();
  RETURN_IF_ERROR(live_.Begin());
  const absl::StatusOr<std::vector<std::int64_t>> tail_ids = live_.Write(group.write);
  absl::Status status = tail_ids.status();
  if (status.ok()) status = RaiseAlerts(group);
  if (!status.ok()) {
    live_.Abandon();
    return status;
  }
  RETURN_IF_ERROR(live_.Commit());
  live_.NoteRestoredTold();
  for (Portion& portion : group.portions) {
    counters_.rows += portion.whole.rows();
    open_rows_.Append({std::make_shared<const EventBatch>(std::move(portion.whole)),
                       (*tail_ids)[portion.tail], absl::ToUnixNanos(group.now)});
  }
  return absl::OkStatus();
}

absl::Status GroupCommitter::RaiseAlerts(Group& group) {
  const bool regressed = group.generation != live_.store_generation();
  if (regressed) RETURN_IF_ERROR(live_.SetStoreGeneration(group.generation));
  if (live_.restored() || regressed) {
    group.alerts.push_back(
        {0,
         absl::ToUnixNanos(group.now),
         "store_regressed",
         absl::StrCat(group.generation),
         0,
         "the store went back in time: it was restored from an older copy; sites send again "
         "what they still have",
         {},
         {}});
  }
  RETURN_IF_ERROR(Detect(group));
  std::vector<Alert> fresh;
  for (Alert& alert : group.alerts) {
    ASSIGN_OR_RETURN(const bool is_new, live_.Raise(alert));
    if (is_new) fresh.push_back(std::move(alert));
  }
  group.alerts = std::move(fresh);
  return absl::OkStatus();
}

absl::Status GroupCommitter::Detect(Group& group) {
  if (group.portions.empty()) return absl::OkStatus();
  const std::int64_t now_ns = absl::ToUnixNanos(group.now);
  for (const Portion& portion : group.portions) {
    const RowBitmap live = LiveRows(portion.whole, now_ns, options_.late_limit);
    ASSIGN_OR_RETURN(std::vector<Alert> found,
                     detector_.Detect(portion.whole, live, live_, group.now));
    for (Alert& alert : found) group.alerts.push_back(std::move(alert));
  }
  return live_.ForgetExpiredWindows(now_ns);
}

std::uint64_t GroupCommitter::Credit() const {
  if (!open_rows_.AcceptsMore() || !has_room_ || !CheckRoom().ok()) return 0;
  const std::uint64_t share =
      options_.credit_pool_bytes / std::max<std::size_t>(1, open_streams_.size());
  return std::min(kCreditBytesMax, share);
}

void GroupCommitter::Answer(Group& group) {
  has_room_ = live_.HasRoom();
  const std::int64_t now_ns = absl::ToUnixNanos(group.now);
  const std::uint64_t credit = Credit();  // asks the volume: once for all streams
  for (const auto& [agent, unused] : group.touched) progress_[agent]->LearnGapIds(group.write);
  for (Alert& alert : group.alerts) raised_.push_back(std::move(alert));
  for (auto& [stream, position] : group.positions) {
    position.store_generation = live_.store_generation();
    position.credit_bytes = std::min(kFirstCreditBytesMax, credit);
    position.server_time_ns = now_ns;
    position.retention_seconds =
        static_cast<std::uint64_t>(absl::ToInt64Seconds(options_.retention));
    answered_.emplace_back(stream, position.watermark);
    replies_.SendPosition(stream, position);
  }
  AnswerBatches(group, credit);
  for (const auto& [stream, why] : group.refusals) replies_.Refuse(stream, why);
}

void GroupCommitter::AnswerBatches(Group& group, std::uint64_t credit) {
  const absl::Duration now = clock_.Monotonic();
  for (auto& [stream, agent] : owed_acks_.TakeDue(now)) {
    if (progress_[agent]->fence() != stream) continue;  // it was taken over, or is gone
    Answered& answer = group.acks[stream];
    answer.agent = std::move(agent);
    answer.at_once = true;
  }
  for (auto& [stream, answer] : group.acks) {
    const AgentProgress& progress = *progress_[answer.agent];
    Ack& ack = answer.ack;
    ack.committed = progress.current().sequence;
    answered_.emplace_back(stream, ack.committed);
    if (credit > 0 && !answer.at_once && !withheld_.contains(stream) &&
        owed_acks_.Owe(stream, answer.agent, answer.bytes, now)) {
      continue;
    }
    owed_acks_.Settle(stream);
    withheld_.erase(stream);
    ack.epoch = progress.current().epoch;
    ack.credit_bytes = credit;
    if (credit == 0) withheld_[stream].agent = answer.agent;
    ack.server_time_ns = absl::ToUnixNanos(group.now);
    replies_.SendAck(stream, ack);
  }
}

std::vector<Alert> GroupCommitter::TakeRaisedAlerts() {
  return std::exchange(raised_, {});
}

std::vector<std::pair<StreamId, Sequence>> GroupCommitter::TakeAnswered() {
  return std::exchange(answered_, {});
}

}  // namespace dims

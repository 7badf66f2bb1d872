// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/batch_assembler.h"

#include <algorithm>
#include <utility>

#include "common/event/select_rows.h"

namespace dims {
namespace {

SourceKind KindOf(LossClass loss_class) {
  switch (loss_class) {
    case LossClass::kCanWait:
      return SourceKind::kFile;
    case LossClass::kStream:
    case LossClass::kRoutineStream:
      return SourceKind::kSyslogTcp;
    case LossClass::kDatagram:
    case LossClass::kRoutineDatagram:
      return SourceKind::kSyslogUdp;
  }
  return SourceKind::kFile;
}

// True when rows at `a` and `b` of one source may share a batch: their positions are comparable by
// number, or cursors, which the batches themselves put into order.
bool SameRun(const Bookmark& a, const Bookmark& b) {
  if (a.position.index() != b.position.index()) return false;
  if (const auto* file = std::get_if<FilePosition>(&a.position)) {
    return file->generation == std::get<FilePosition>(b.position).generation;
  }
  if (const auto* counter = std::get_if<CounterPosition>(&a.position)) {
    return counter->nonce == std::get<CounterPosition>(b.position).nonce;
  }
  return true;
}

Bookmark* Find(std::vector<Bookmark>& bookmarks, const std::string& source) {
  const auto found = std::find_if(bookmarks.begin(), bookmarks.end(),
                                  [&](const Bookmark& b) { return b.source == source; });
  return found == bookmarks.end() ? nullptr : &*found;
}

void Replace(std::vector<Bookmark>& bookmarks, Bookmark bookmark) {
  Bookmark* const known = Find(bookmarks, bookmark.source);
  if (known != nullptr) {
    *known = std::move(bookmark);
  } else {
    bookmarks.push_back(std::move(bookmark));
  }
}

std::int64_t OldestTime(const EventBatch& batch) {
  const Column* const times = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  if (times == nullptr || times->integers().empty()) return 0;
  return *std::min_element(times->integers().begin(), times->integers().end());
}

// The policy dropped rows: a bookmark whose rows all went comes beside the batch, and what would be
// lost with the batch is what is in it.
void KeepToSourcesOf(const EventBatch& batch, CommitStep& step) {
  const Column* const sources = batch.Find(NameOf(Field::kDeliverySource), ColumnType::kKeyword);
  const auto rows_of = [&](const std::string& source) {
    std::uint64_t count = 0;
    for (std::uint32_t row = 0; sources != nullptr && row < batch.rows(); ++row) {
      if (sources->Has(row) && sources->TextAt(row) == source) ++count;
    }
    return count;
  };
  for (const Bookmark& bookmark : step.batch->bookmarks) {
    if (rows_of(bookmark.source) == 0) step.positions.push_back(bookmark);
  }
  std::erase_if(step.batch->bookmarks,
                [&](const Bookmark& bookmark) { return rows_of(bookmark.source) == 0; });
  for (Loss& loss : step.if_given_up) loss.count = rows_of(loss.source);
  std::erase_if(step.if_given_up, [](const Loss& loss) { return loss.count == 0; });
}

}  // namespace

BatchAssembler::BatchAssembler(PipelineOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      input_counts_(options_.files.size() + options_.syslogs.size() + 1) {
  for (const LineSettings& settings : options_.syslogs) senders_.emplace_back(settings.senders);
}

void BatchAssembler::Add(const InputChunk& chunk, std::vector<CommitStep>& out) {
  const std::size_t lane = LaneOf(chunk);
  OpenBatch& open = open_[lane];
  const Bookmark* const known = Find(open.bookmarks, chunk.bookmark.source);
  const bool not_on = chunk.again && open.again &&
                      (known == nullptr || open.again->epoch != chunk.again->epoch ||
                       ScalarPosition(*known) != chunk.again->from);
  const bool other_load = open.backfill != nullptr && open.backfill != chunk.backfill;
  if (other_load || not_on || (known != nullptr && !SameRun(*known, chunk.bookmark)))
    CloseRun(lane, out);
  if (chunk.again && chunk.again->ends) return EndHole(chunk, out);
  open.backfill = chunk.backfill;
  open.losses.insert(open.losses.end(), chunk.losses.begin(), chunk.losses.end());
  if (open.first_row == absl::InfiniteDuration() && !open.losses.empty()) {
    open.first_row = clock_.Monotonic();
  }
  if (chunk.lines.empty()) {
    AddPosition(chunk, open, out);
  } else {
    AddLines(chunk, open, out);
  }
}

void BatchAssembler::AddLines(const InputChunk& chunk, OpenBatch& open,
                              std::vector<CommitStep>& out) {
  const LineSettings& settings = SettingsOf(chunk);
  LineContext context;
  context.source = settings.journal ? SourceKind::kJournal : KindOf(chunk.loss_class);
  context.received_ns = absl::ToUnixNanos(chunk.received);
  context.written_ns = absl::ToUnixNanos(std::min(chunk.written, chunk.received));
  context.site_formats = options_.site_formats.get();
  std::uint64_t bytes = 0;
  std::uint64_t unparsed = 0;  // of the origin the last line had
  const auto count_unparsed = [&] {
    if (unparsed > 0) unparsed_.Add(context.origin, unparsed);
    unparsed = 0;
  };
  for (std::size_t n = 0; n < chunk.lines.size(); ++n) {
    const InputLine& line = chunk.lines[n];
    if (open.builder.full()) {
      if (n > 0) Replace(open.bookmarks, BookmarkAfter(chunk, n - 1));
      Close(LaneOf(chunk), out);
    }
    if (chunk.again && !open.again) {
      open.again = chunk.again;
      if (n > 0) open.again->from = chunk.lines[n - 1].position;
    }
    if (open.first_row == absl::InfiniteDuration()) open.first_row = clock_.Monotonic();
    if (n == 0 || line.origin != chunk.lines[n - 1].origin) {
      count_unparsed();
      BeginOrigin(chunk, line, settings, context);
    }
    context.cut = line.cut;
    bytes += line.end - line.begin;
    if (!parser_.Parse(chunk.Line(line), context, open.builder)) ++unparsed;
    settings.tagger.Tag(open.builder);
    open.builder.Keyword(Field::kDeliverySource, chunk.bookmark.source);
    open.builder.Integer(Field::kDeliveryPosition, static_cast<std::int64_t>(line.position));
    open.builder.FinishRow();
    CountRow(chunk, open);
  }
  count_unparsed();
  input_counts_.Add(CountOf(chunk), chunk.lines.size(), bytes);
  Replace(open.bookmarks, chunk.bookmark);
  if (chunk.notice != nullptr) open.notices.push_back(chunk.notice);
  if (open.builder.full()) Close(LaneOf(chunk), out);
}

// What holds for this line and those that follow it from the same origin.
void BatchAssembler::BeginOrigin(const InputChunk& chunk, const InputLine& line,
                                 const LineSettings& settings, LineContext& context) {
  if (line.origin < chunk.origins.size()) context.origin = chunk.origins[line.origin];
  const bool network = chunk.loss_class != LossClass::kCanWait && chunk.input < senders_.size();
  const SenderLines* const sender = network ? senders_[chunk.input].Find(context.origin) : nullptr;
  context.host = sender != nullptr ? absl::string_view(sender->host) : "";
  context.zone = sender != nullptr ? sender->zone : settings.zone;
  context.format = sender != nullptr ? sender->format : settings.format;
  context.text_format = sender != nullptr ? sender->text_format : settings.text_format;
  context.site_format = sender != nullptr ? sender->site_format : settings.site_format;
}

// Files, then syslogs, then what is loaded.
std::size_t BatchAssembler::CountOf(const InputChunk& chunk) const {
  if (chunk.backfill != nullptr) return options_.files.size() + options_.syslogs.size();
  return chunk.input + (chunk.loss_class == LossClass::kCanWait ? 0 : options_.files.size());
}

void BatchAssembler::CountRow(const InputChunk& chunk, OpenBatch& open) {
  ++rows_;
  if (chunk.loss_class == LossClass::kCanWait) return;  // never dropped
  const std::int64_t received_ns = absl::ToUnixNanos(chunk.received);
  for (Loss& known : open.rows_of_source) {
    if (known.source != chunk.bookmark.source) continue;
    ++known.count;
    known.to_ns = received_ns;
    return;
  }
  Loss rows;
  rows.source = chunk.bookmark.source;
  rows.from_ns = rows.to_ns = received_ns;
  rows.count = 1;
  open.rows_of_source.push_back(std::move(rows));
}

void BatchAssembler::EndHole(const InputChunk& chunk, std::vector<CommitStep>& out) {
  CloseRun(kAgainLane, out);
  CommitStep step;
  step.hole_ended = FileHole{chunk.bookmark.source, {}, 0, chunk.again->epoch};
  out.push_back(std::move(step));
}

// A bookmark without rows rides with the open batch when that has rows of its source.
void BatchAssembler::AddPosition(const InputChunk& chunk, OpenBatch& open,
                                 std::vector<CommitStep>& out) {
  if (chunk.bookmark.source.empty()) return;
  Bookmark* const known = Find(open.bookmarks, chunk.bookmark.source);
  if (known != nullptr) {
    *known = chunk.bookmark;
    return;
  }
  CommitStep step;
  step.positions.push_back(chunk.bookmark);
  out.push_back(std::move(step));
}

void BatchAssembler::Close(std::size_t lane, std::vector<CommitStep>& out) {
  OpenBatch& open = open_[lane];
  open.first_row = absl::InfiniteDuration();
  CommitStep step;
  if (open.builder.rows() == 0) {
    if (open.losses.empty()) return;
    step.losses = std::exchange(open.losses, {});
    out.push_back(std::move(step));
    return;
  }
  const std::uint32_t rows = open.builder.rows();
  EventBatch made_rows = Enriched(open.builder.Finish());
  if (open.backfill != nullptr) made_rows = DropTooOld(*open.backfill, std::move(made_rows));
  // What is read again went to the local outputs when it was read first; they get nothing old.
  const std::shared_ptr<const EventBatch> left = ApplyDirectives(
      ApplyPolicy(std::move(made_rows), lane >= kAgainLane ? nullptr : options_.outputs));
  const EventBatch& batch = *left;
  if (batch.rows() == 0) return CloseWithoutRows(lane == kAgainLane, open, out);
  NewBatch made;
  made.loss_class = ClassOf(lane);
  made.again = std::exchange(open.again, std::nullopt);
  made.oldest_ns = OldestTime(batch);
  made.encoded = encoder_.Encode(batch);
  made.bookmarks = std::exchange(open.bookmarks, {});
  made.losses = std::exchange(open.losses, {});
  step.notices = std::exchange(open.notices, {});
  step.batch = std::move(made);
  step.if_given_up = std::exchange(open.rows_of_source, {});
  if (batch.rows() < rows) KeepToSourcesOf(batch, step);
  out.push_back(std::move(step));
}

// What comes next is of another run: a place that was carried on goes with this one.
void BatchAssembler::CloseRun(std::size_t lane, std::vector<CommitStep>& out) {
  Close(lane, out);
  open_[lane].again.reset();
  open_[lane].bookmarks.clear();
}

EventBatch BatchAssembler::Enriched(EventBatch batch) const {
  return options_.enrichment == nullptr ? batch : options_.enrichment->Apply(std::move(batch));
}

// And gives local outputs their share, before it and behind it.
std::shared_ptr<const EventBatch> BatchAssembler::ApplyPolicy(EventBatch batch,
                                                              LocalOutputs* outputs) {
  if (options_.policy == nullptr) {
    const auto whole = std::make_shared<const EventBatch>(std::move(batch));
    if (outputs != nullptr) outputs->TakeReceived(whole);
    if (outputs != nullptr) outputs->TakeSent(whole);
    return whole;
  }
  if (outputs != nullptr && outputs->TakesReceived()) {
    outputs->TakeReceived(std::make_shared<const EventBatch>(batch));
  }
  PolicyCounts counts;
  const auto left =
      std::make_shared<const EventBatch>(options_.policy->Apply(std::move(batch), counts));
  policy_dropped_.fetch_add(counts.dropped, std::memory_order_relaxed);
  policy_redacted_.fetch_add(counts.redacted, std::memory_order_relaxed);
  if (outputs != nullptr) outputs->TakeSent(left);
  return left;
}

// After the policy, so that they see only what would leave; local outputs know nothing of them.
std::shared_ptr<const EventBatch> BatchAssembler::ApplyDirectives(
    std::shared_ptr<const EventBatch> batch) {
  if (!options_.directives) return batch;
  const std::shared_ptr<const ActiveDirectives> active = options_.directives();
  if (active == nullptr || active->empty()) return batch;
  DirectiveCounts counts;
  EventBatch left = active->Apply(*batch, clock_.Now(), counts);
  directive_dropped_.fetch_add(counts.dropped, std::memory_order_relaxed);
  directive_tagged_.fetch_add(counts.tagged, std::memory_order_relaxed);
  return std::make_shared<const EventBatch>(std::move(left));
}

// The server would date them by their receipt.
EventBatch BatchAssembler::DropTooOld(const BackfillSettings& backfill, EventBatch batch) {
  const Column* const times = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  if (times == nullptr) return batch;
  RowBitmap kept(batch.rows(), true);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    if (times->Has(row) && times->integers()[row] < backfill.oldest_ns) kept.Clear(row);
  }
  if (kept.All()) return batch;
  backfill.too_old_rows.fetch_add(batch.rows() - kept.Count(), std::memory_order_relaxed);
  return SelectRows(std::move(batch), kept);
}

// The policy dropped every row. What was read again must join up in the buffer: the next rows that
// stay begin where these did.
void BatchAssembler::CloseWithoutRows(bool again, OpenBatch& open, std::vector<CommitStep>& out) {
  CommitStep step;
  step.losses = std::exchange(open.losses, {});
  step.notices = std::exchange(open.notices, {});
  open.rows_of_source.clear();
  if (!again) step.positions = std::exchange(open.bookmarks, {});
  if (!step.losses.empty() || !step.positions.empty()) out.push_back(std::move(step));
}

void BatchAssembler::CloseDue(std::vector<CommitStep>& out) {
  const absl::Duration now = clock_.Monotonic();
  for (std::size_t n = 0; n < open_.size(); ++n) {
    if (now >= DueOf(n)) Close(n, out);
  }
}

void BatchAssembler::CloseAll(std::vector<CommitStep>& out) {
  for (std::size_t n = 0; n < open_.size(); ++n) Close(n, out);
}

absl::Duration BatchAssembler::next_due() const {
  absl::Duration next = absl::InfiniteDuration();
  for (std::size_t n = 0; n < open_.size(); ++n) next = std::min(next, DueOf(n));
  return next;
}

absl::Duration BatchAssembler::DueOf(std::size_t lane) const {
  const bool can_wait = ClassOf(lane) == LossClass::kCanWait;
  const bool awaited = !open_[lane].notices.empty();
  return open_[lane].first_row + (can_wait && !awaited ? kFileBatchAge : kNetworkBatchAge);
}

std::map<std::string, InputCount> BatchAssembler::inputs() const {
  std::map<std::string, InputCount> out;
  std::size_t input = 0;
  for (const auto* const all : {&options_.files, &options_.syslogs}) {
    for (const LineSettings& settings : *all) {
      const InputCount count = input_counts_.at(input++);
      InputCount& sum = out[settings.name];
      sum.rows += count.rows;
      sum.bytes += count.bytes;
    }
  }
  if (const InputCount loaded = input_counts_.at(input); loaded.rows > 0) out["load"] = loaded;
  return out;
}

LossClass BatchAssembler::ClassOf(std::size_t lane) {
  return lane < kAgainLane ? static_cast<LossClass>(lane) : LossClass::kCanWait;
}

const LineSettings& BatchAssembler::SettingsOf(const InputChunk& chunk) const {
  if (chunk.backfill != nullptr) return chunk.backfill->lines;
  const auto& all = chunk.loss_class == LossClass::kCanWait ? options_.files : options_.syslogs;
  return chunk.input < all.size() ? all[chunk.input] : defaults_;
}

}  // namespace dims

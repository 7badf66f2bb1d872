// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/event_buffer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_change.h"
#include "common/base/status_macros.h"
#include "common/delivery/chain.h"
#include "common/delivery/wire.h"
#include "common/event/event_batch.h"

namespace dims {
namespace {

constexpr int kReadBatchesMax = 1024;
// Compression may make noise a little longer than it was.
constexpr std::size_t kPayloadBytesMax = kBatchRawBytesMax + (64u << 10);
constexpr absl::Duration kAckWriteInterval = absl::Seconds(1);
constexpr absl::Duration kAckTimeInterval = absl::Minutes(5);

std::int64_t Now(const Clock& clock) {
  return absl::ToUnixNanos(clock.Now());
}

// What breaks these the server would refuse for ever.
absl::Status CheckBatch(const NewBatch& batch) {
  const EncodedBatch& encoded = batch.encoded;
  if (encoded.rows > kBatchRowsMax || encoded.payload.size() > kPayloadBytesMax ||
      encoded.payload.empty() != (encoded.rows == 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", encoded.rows, " rows and ", encoded.payload.size(), " bytes"));
  }
  if (batch.losses.size() > kLossesPerEnvelopeMax || batch.bookmarks.size() > kBookmarksMax) {
    return absl::InvalidArgumentError(absl::StrCat("a batch with ", batch.losses.size(),
                                                   " losses and ", batch.bookmarks.size(),
                                                   " bookmarks"));
  }
  for (const Loss& loss : batch.losses) {
    if (loss.count == 0 || loss.source.size() > kNameBytesMax ||
        loss.reason.size() > kNameBytesMax) {
      return absl::InvalidArgumentError("a loss without a count, or with a name too long");
    }
  }
  return absl::OkStatus();
}

// How far acks reach, with the time, every five minutes: the ring's age is counted from the ack.
absl::Status MarkAckTime(Database& database, BatchId acked_id, std::int64_t now_ns) {
  if (acked_id == 0) return absl::OkStatus();
  {
    ASSIGN_OR_RETURN(Statement last, database.Prepare("SELECT through_id, at_ns FROM ack_time "
                                                      "ORDER BY through_id DESC LIMIT 1"));
    ASSIGN_OR_RETURN(const bool found, last.Step());
    if (found && last.Int64(0) >= acked_id) return absl::OkStatus();
    const std::int64_t since = found ? now_ns - last.Int64(1) : now_ns;
    if (since >= 0 && since < absl::ToInt64Nanoseconds(kAckTimeInterval)) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Statement mark, database.Prepare("INSERT INTO ack_time VALUES(?1, ?2)"));
  mark.BindInt64(1, acked_id);
  mark.BindInt64(2, now_ns);
  return mark.Run();
}

}  // namespace

EventBuffer::EventBuffer(const BufferOptions& options, const Clock& clock)
    : options_(options), clock_(clock) {}

EventBuffer::~EventBuffer() {
  MutexLock lock(mutex_);
  if (database_ != nullptr && ack_waits_) TidyLocked().IgnoreError();
}

absl::StatusOr<Sequence> EventBuffer::Append(std::span<NewBatch> batches,
                                             std::span<const Bookmark> positions) {
  MutexLock lock(mutex_);
  return AppendLocked(batches, positions);
}

absl::StatusOr<Sequence> EventBuffer::AppendLocked(std::span<NewBatch> batches,
                                                   std::span<const Bookmark> positions) {
  std::uint64_t bytes = 0;
  for (const NewBatch& batch : batches) bytes += batch.encoded.payload.size();
  RETURN_IF_ERROR(CheckRoom(bytes));
  Change change = Begin();
  const std::string action = absl::StrCat("append ", batches.size(), " batches");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), action);
  RETURN_IF_ERROR(MakeRoom(bytes, change), action);
  for (const NewBatch& batch : batches) RETURN_IF_ERROR(Accept(batch, change), action);
  for (const Bookmark& bookmark : positions) {
    RETURN_IF_ERROR(StoreBookmark(*database_, bookmark, change.meta.next_id - 1), action);
  }
  RETURN_IF_ERROR(Finish(transaction, change), action);
  return batches.empty() || change.numbering() ? 0 : change.meta.next - 1;
}

EventBuffer::Change EventBuffer::Begin() const {
  return {meta_, ack_log_, backlog_, holes_, 0};
}

absl::Status EventBuffer::Accept(const NewBatch& batch, Change& change) {
  RETURN_IF_ERROR(CheckBatch(batch));
  if (batch.again) return AcceptAgain(batch, change);
  const bool numbering = change.numbering() || MayBeCovered(batch);
  BatchRow row;
  row.id = change.meta.next_id++;
  if (!numbering) {
    row.digest = batch.encoded.payload.empty() ? Sha256("") : batch.encoded.digest;
    row.rows = batch.encoded.rows;
    change.Number(row);
    change.meta.number_from = change.meta.next_id;
  }
  RETURN_IF_ERROR(Insert(row, batch, change));
  for (const Bookmark& bookmark : batch.bookmarks) {
    RETURN_IF_ERROR(StoreBookmark(*database_, bookmark, row.id));
  }
  return absl::OkStatus();
}

absl::Status EventBuffer::Insert(BatchRow& row, const NewBatch& batch, Change& change) {
  const EncodedBatch& encoded = batch.encoded;
  const bool empty = encoded.payload.empty();
  row.rows = encoded.rows;
  row.payload_bytes = encoded.payload.size();
  row.loss_class = batch.loss_class;
  row.digest = empty ? Sha256("") : encoded.digest;
  row.accepted_ns = Now(clock_);
  row.oldest_ns = batch.oldest_ns;
  if (empty) row.hollow_reason = "no_rows";
  row.extras = EncodeExtras(batch.bookmarks, {}, batch.losses);
  for (const Loss& loss : batch.losses) change.meta.lost_rows += loss.count;
  if (change.backlog.batches++ == 0) change.backlog.oldest_ns = row.oldest_ns;
  change.backlog.rows += row.rows;
  change.backlog.bytes += row.payload_bytes;
  RETURN_IF_ERROR(InsertBatch(*database_, row));
  if (empty) return absl::OkStatus();
  return InsertPayload(*database_, row.id, encoded.payload);
}

absl::Status EventBuffer::AppendLosses(std::vector<Loss> losses) {
  if (losses.empty()) return absl::OkStatus();
  MutexLock lock(mutex_);
  NewBatch batch;
  batch.losses = std::move(losses);
  batch.oldest_ns = Now(clock_);
  // A bookmark of its own, so that a new epoch does not declare it twice.
  batch.bookmarks.push_back(
      {"buffer:losses", CounterPosition{loss_nonce_, static_cast<std::uint64_t>(meta_.next_id)},
       false});
  return AppendLocked(std::span(&batch, 1), {}).status();
}

absl::Status EventBuffer::Finish(Transaction& transaction, const Change& change) {
  RETURN_IF_ERROR(MarkAckTime(*database_, change.meta.acked_id, Now(clock_)));
  RETURN_IF_ERROR(StoreMeta(*database_, change.meta));
  if (change.holes != holes_) RETURN_IF_ERROR(ReplaceHoles(*database_, change.holes));
  if (ack_waits_ || change.ack_log != ack_log_) {
    for (std::size_t i = ack_log_.empty() ? 0 : ack_log_.size() - 1; i < change.ack_log.size();
         ++i) {
      RETURN_IF_ERROR(StoreAckLog(*database_, change.ack_log[i]));
    }
  }
  RETURN_IF_ERROR(transaction.Commit());
  meta_ = change.meta;
  ack_log_ = change.ack_log;
  backlog_ = change.backlog;
  holes_ = change.holes;
  backlog_.lost_rows = meta_.lost_rows;
  ack_waits_ = false;
  ack_written_ = clock_.Monotonic();
  note_.Write({meta_.epoch, meta_.next, meta_.next_ordinal, ack_log_.back().next_ordinal});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Envelope>> EventBuffer::Read(Sequence first, std::size_t bytes_max) {
  while (true) {
    {
      MutexLock lock(mutex_);
      const auto until = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return holes_.empty() ? meta_.next_id : meta_.again_next;
      };
      while (first >= meta_.next && meta_.number_from < until()) {
        RETURN_IF_ERROR(NumberSome(), "number the batches of a new epoch");
      }
      if (first >= meta_.next) return std::vector<Envelope>();
      if (first <= meta_.base) {
        return absl::FailedPreconditionError(
            absl::StrCat("read from ", first, ": trimmed up to ", meta_.base));
      }
    }
    BatchId damaged = 0;
    {
      MutexLock lock(read_mutex_);
      ASSIGN_OR_RETURN(std::vector<Envelope> envelopes, ReadNumbered(first, bytes_max, damaged));
      if (!envelopes.empty()) in_flight_ = std::max(in_flight_, envelopes.back().sequence);
      if (!envelopes.empty() || damaged == 0) return envelopes;
    }
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(MarkDamaged(damaged));
  }
}

absl::StatusOr<std::vector<Envelope>> EventBuffer::ReadNumbered(Sequence first,
                                                                std::size_t bytes_max,
                                                                BatchId& damaged) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, ReadSnapshot::Begin(*reader_));
  ASSIGN_OR_RETURN(const BufferMeta meta, LoadMeta(*reader_));
  std::vector<BatchRow> rows;
  ASSIGN_OR_RETURN(Statement select,
                   reader_->Prepare(absl::StrCat(kSelectBatch,
                                                 "WHERE epoch = ?1 AND sequence >= ?2 AND "
                                                 "sequence > 0 ORDER BY sequence LIMIT ?3")));
  select.BindUint64(1, meta.epoch);
  select.BindUint64(2, first);
  select.BindInt64(3, kReadBatchesMax);
  std::vector<Envelope> envelopes;
  std::size_t bytes = 0;
  for (Sequence expected = first; expected < meta.next; ++expected) {
    ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found && envelopes.size() == kReadBatchesMax) return envelopes;
    if (!found || select.Uint64(2) != expected) {
      return absl::DataLossError(
          absl::StrCat(reader_->name(), ": batch ", expected, " is missing"));
    }
    ASSIGN_OR_RETURN(const BatchRow row, BatchFromStatement(*reader_, select));
    bytes += row.payload_bytes;
    if (!envelopes.empty() && bytes > bytes_max) return envelopes;
    std::string payload;
    if (row.hollow_reason.empty()) {
      absl::StatusOr<std::string> loaded = LoadPayload(*reader_, row.id);
      if (!loaded.ok() && !absl::IsDataLoss(loaded.status())) return loaded.status();
      if (!loaded.ok() || Sha256(*loaded) != row.digest) {
        damaged = row.id;
        return envelopes;
      }
      payload = *std::move(loaded);
    }
    ASSIGN_OR_RETURN(Envelope envelope, ToEnvelope(row, std::move(payload)));
    envelopes.push_back(std::move(envelope));
  }
  return envelopes;
}

// The payload's bytes stay where they are: SQLite may be unable to free the pages that lost their
// place.
absl::Status EventBuffer::MarkDamaged(BatchId id) {
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  ASSIGN_OR_RETURN(std::optional<BatchRow> row, FindBatch(*database_, id));
  if (!row || !row->hollow_reason.empty()) return absl::OkStatus();
  if (change.Settled(*row)) {
    change.backlog.ring_bytes -= row->payload_bytes;
  } else {
    change.backlog.bytes -= row->payload_bytes;
    change.meta.lost_rows += row->rows;
  }
  row->hollow_reason = "damaged";
  row->payload_bytes = 0;
  RETURN_IF_ERROR(UpdateBatch(*database_, *row));
  return Finish(transaction, change);
}

void EventBuffer::EndFlight() {
  MutexLock lock(read_mutex_);
  in_flight_ = 0;
}

absl::Status EventBuffer::Ack(Sequence sequence) {
  MutexLock lock(mutex_);
  if (sequence == meta_.acked) return absl::OkStatus();
  if (sequence < meta_.acked || sequence >= meta_.next) {
    return absl::FailedPreconditionError(absl::StrCat("ack of ", sequence, ": ", meta_.acked,
                                                      " is acked, ", meta_.next, " is next"));
  }
  Change change = Begin();
  ASSIGN_OR_RETURN(const std::optional<BatchRow> last,
                   FindBatch(*database_, meta_.epoch, sequence));
  if (!last) return absl::DataLossError(absl::StrCat("batch ", sequence, " is missing"));
  change.meta.acked = sequence;
  change.meta.acked_id = last->id;
  EpochPosition& furthest = change.ack_log.back();
  if (sequence > furthest.sequence) {
    furthest.sequence = sequence;
    furthest.next_ordinal = last->first_ordinal + last->rows;
  }
  RETURN_IF_ERROR(SettleRange(meta_.acked, sequence, change));
  meta_ = change.meta;
  ack_log_ = std::move(change.ack_log);
  backlog_ = change.backlog;
  ack_waits_ = true;
  if (clock_.Monotonic() - ack_written_ < kAckWriteInterval) return absl::OkStatus();
  // A full disk must not refuse an ack: it is kept in memory until there is room.
  const absl::Status written = TidyLocked();
  return absl::IsResourceExhausted(written) ? absl::OkStatus() : written;
}

absl::Status EventBuffer::SettleRange(Sequence after, Sequence through, Change& change) {
  ASSIGN_OR_RETURN(Statement sum,
                   database_->Prepare("SELECT count(*), coalesce(sum(rows), 0), "
                                      "coalesce(sum(payload_bytes), 0) FROM batch WHERE epoch = ?1 "
                                      "AND sequence > ?2 AND sequence <= ?3 AND sequence > 0"));
  sum.BindUint64(1, meta_.epoch);
  sum.BindUint64(2, after);
  sum.BindUint64(3, through);
  RETURN_IF_ERROR(sum.Step().status());
  change.backlog.batches -= std::min(change.backlog.batches, sum.Uint64(0));
  change.backlog.rows -= std::min(change.backlog.rows, sum.Uint64(1));
  change.backlog.bytes -= std::min(change.backlog.bytes, sum.Uint64(2));
  change.backlog.ring_bytes += sum.Uint64(2);
  return FindOldest(*database_, change.meta, change.backlog);
}

absl::Status EventBuffer::Rewind(Sequence sequence) {
  MutexLock lock(mutex_);
  if (sequence > meta_.acked || sequence < meta_.base) {
    return absl::FailedPreconditionError(absl::StrCat("rewind to ", sequence, ": ", meta_.acked,
                                                      " is acked, trimmed up to ", meta_.base));
  }
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "rewind");
  ASSIGN_OR_RETURN(const std::optional<BatchRow> last,
                   FindBatch(*database_, meta_.epoch, sequence));
  change.meta.acked = sequence;
  change.meta.acked_id = last ? last->id : 0;
  ASSIGN_OR_RETURN(change.backlog, CountBacklog(*database_, change.meta), "rewind");
  return Finish(transaction, change);
}

absl::Status EventBuffer::Tidy() {
  MutexLock lock(mutex_);
  return TidyLocked();
}

absl::Status EventBuffer::TidyLocked() {
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "tidy");
  RETURN_IF_ERROR(Trim(change, 0), "tidy");
  if (!ack_waits_ && change.trimmed == 0) return absl::OkStatus();
  return Finish(transaction, change);
}

BufferPosition EventBuffer::position() const {
  MutexLock lock(mutex_);
  return PositionOf(meta_);
}

Backlog EventBuffer::backlog() const {
  MutexLock lock(mutex_);
  return backlog_;
}

absl::StatusOr<Sha256Digest> EventBuffer::ChainAt(Sequence sequence) const {
  MutexLock lock(mutex_);
  if (sequence == meta_.base) return meta_.base_chain;
  if (sequence + 1 == meta_.next) return meta_.chain;
  if (sequence < meta_.base || sequence >= meta_.next) {
    return absl::NotFoundError(absl::StrCat("chain at ", sequence, ": not retained"));
  }
  ASSIGN_OR_RETURN(const std::optional<BatchRow> row, FindBatch(*database_, meta_.epoch, sequence));
  if (!row) return absl::DataLossError(absl::StrCat("batch ", sequence, " is missing"));
  return row->chain;
}

absl::StatusOr<std::vector<Bookmark>> EventBuffer::Bookmarks() const {
  MutexLock lock(mutex_);
  return LoadBookmarks(*database_);
}

}  // namespace dims

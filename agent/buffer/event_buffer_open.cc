// SPDX-License-Identifier: Apache-2.0
// Opening: make or verify the file, count what waits, declare what is missing, set a damaged one
// aside.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_change.h"
#include "common/base/status_macros.h"
#include "common/delivery/chain.h"

namespace dims {
namespace {

constexpr std::uint64_t kDefaultBytesMax = 4ULL << 30;
constexpr std::int64_t kPageBytes = 4096;
constexpr std::int64_t kReservePages =
    1024;  // so that acks and trimming find room when batches do not
constexpr BatchId kVerifyBatchesMax =
    1'000'000;                          // the newest; older ones are verified when they are read
constexpr int kCheckpointPages = 4000;  // 16 MB of WAL: a checkpoint costs two or three fsyncs
constexpr std::size_t kSetAsideMax = 2;
constexpr char kSetAsideMark[] = "buffer.db.damaged-";

std::string FileIn(const BufferOptions& options) {
  return options.directory + "/buffer.db";
}

std::uint64_t BytesMax(const BufferOptions& options) {
  if (options.bytes_max > 0) return options.bytes_max;
  std::error_code error;
  const auto space = std::filesystem::space(options.directory, error);
  if (error) return kDefaultBytesMax;
  return std::min<std::uint64_t>(kDefaultBytesMax, space.capacity / 10);
}

// Walks the batches in order of acceptance and holds them against the meta row.
class HistoryCheck {
 public:
  HistoryCheck(const BufferMeta& meta, absl::string_view file)
      : meta_(meta),
        file_(file),
        next_(meta.base + 1),
        ordinal_(meta.base_ordinal),
        chain_(meta.base_chain) {}

  absl::Status Add(const BatchRow& row) {
    const bool after_reserved =
        row.id == meta_.held_from && (!expected_id_ || *expected_id_ <= row.id);
    if (expected_id_ && row.id != *expected_id_ && !after_reserved) {
      return Broken("ids are not dense", row);
    }
    if (!expected_id_ && !skipping_ && row.id > meta_.number_from && !after_reserved) {
      return Broken("older ids are gone", row);
    }
    expected_id_ = row.id + 1;
    if (row.epoch != meta_.epoch || row.sequence == 0) return absl::OkStatus();
    if (skipping_) {
      skipping_ = false;
      next_ = row.sequence;
      ordinal_ = row.first_ordinal;
      chain_.reset();
    }
    if (row.sequence != next_ || row.first_ordinal != ordinal_) return Broken("sequence", row);
    if (chain_ && ChainNext(*chain_, row.epoch, row.sequence, row.digest) != row.chain) {
      return Broken("chain", row);
    }
    chain_ = row.chain;
    next_ = row.sequence + 1;
    ordinal_ += row.rows;
    return absl::OkStatus();
  }

  void SkipOlder() { skipping_ = true; }

  absl::Status End() const {
    // Reserved ids may be all that there is: nothing waits behind them, or nothing was kept.
    const BatchId end = expected_id_.value_or(meta_.number_from);
    const bool ids =
        end == meta_.next_id || (end == meta_.again_next && meta_.held_from == meta_.next_id);
    const bool empty = skipping_;
    if (ids && (empty ||
                (next_ == meta_.next && ordinal_ == meta_.next_ordinal && chain_ == meta_.chain))) {
      return absl::OkStatus();
    }
    return absl::DataLossError(
        absl::StrCat(file_, ": ends at ", next_ - 1, " where meta says ", meta_.next - 1));
  }

 private:
  absl::Status Broken(absl::string_view what, const BatchRow& row) const {
    return absl::DataLossError(absl::StrCat(file_, ": history breaks at batch ", row.id,
                                            ", sequence ", row.sequence, ": ", what));
  }

  const BufferMeta& meta_;
  absl::string_view file_;
  std::optional<BatchId> expected_id_;
  Sequence next_;
  Ordinal ordinal_;
  std::optional<Sha256Digest> chain_;
  bool skipping_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EventBuffer>> EventBuffer::Open(const BufferOptions& options,
                                                               const Clock& clock, Random& random) {
  std::unique_ptr<EventBuffer> buffer(new EventBuffer(options, clock));
  MutexLock lock(buffer->mutex_);
  RETURN_IF_ERROR(buffer->OpenFile(random));
  DatabaseOptions reading;
  reading.path = FileIn(options);
  reading.vfs = options.vfs;
  MutexLock read_lock(buffer->read_mutex_);
  ASSIGN_OR_RETURN(buffer->reader_, Database::Open(reading));
  return buffer;
}

absl::Status EventBuffer::OpenFile(Random& random) {
  bytes_max_ = BytesMax(options_);
  loss_nonce_ = random.Uint64();
  DatabaseOptions writing;
  writing.path = FileIn(options_);
  writing.access = DatabaseOptions::Access::kCreate;
  writing.page_bytes = kPageBytes;
  writing.checkpoint_pages = kCheckpointPages;
  writing.pages_max = static_cast<std::int64_t>(bytes_max_) / kPageBytes + kReservePages;
  writing.vfs = options_.vfs;
  ASSIGN_OR_RETURN(database_, Database::Open(writing));
  RETURN_IF_ERROR(PrepareBufferSchema(*database_));
  note_ = TailNote(options_.directory + "/buffer.next");
  absl::StatusOr<BufferMeta> meta = LoadMeta(*database_);
  if (absl::IsNotFound(meta.status())) {
    RETURN_IF_ERROR(Create(random));
  } else {
    RETURN_IF_ERROR(meta.status());
    meta_ = *std::move(meta);
    RETURN_IF_ERROR(Verify());
    RETURN_IF_ERROR(CloseCounters(), "close what ended");
  }
  return DeclareLostTail();
}

absl::Status EventBuffer::Create(Random& random) {
  ASSIGN_OR_RETURN(const std::int64_t epochs,
                   database_->QueryInt64("SELECT count(*) FROM ack_log"));
  if (epochs > 0)
    return absl::DataLossError(absl::StrCat(database_->name(), ": the meta row is gone"));
  const std::optional<TailNote::Value> former = note_.Read();
  Change change = Begin();
  change.meta.agent = options_.agent;
  do {
    change.meta.epoch = random.Uint64();
  } while (change.meta.epoch == 0);
  change.meta.chain = change.meta.base_chain = ChainStart(options_.agent, change.meta.epoch);
  change.ack_log.push_back({change.meta.epoch, 0, 0});
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "make the buffer");
  RETURN_IF_ERROR(Finish(transaction, change), "make the buffer");
  if (former) note_.Write(*former);  // DeclareLostTail asks it what the former buffer held
  return absl::OkStatus();
}

// Counters end with their process: for this one they are sources that are closed, and forgotten
// when the last batch there is now has left.
absl::Status EventBuffer::CloseCounters() {
  ASSIGN_OR_RETURN(std::vector<Bookmark> bookmarks, LoadBookmarks(*database_));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  for (Bookmark& bookmark : bookmarks) {
    if (bookmark.closed || !std::holds_alternative<CounterPosition>(bookmark.position)) continue;
    bookmark.closed = true;
    RETURN_IF_ERROR(StoreBookmark(*database_, bookmark, meta_.next_id - 1));
  }
  return transaction.Commit();
}

absl::Status EventBuffer::Verify() {
  if (meta_.agent != options_.agent) {
    return absl::FailedPreconditionError(absl::StrCat(database_->name(), ": belongs to agent ",
                                                      meta_.agent, ", not to ", options_.agent));
  }
  ASSIGN_OR_RETURN(ack_log_, LoadAckLog(*database_));
  ASSIGN_OR_RETURN(heard_, LoadHeard(*database_));
  if (ack_log_.empty() || ack_log_.back().epoch != meta_.epoch) {
    return absl::DataLossError(
        absl::StrCat(database_->name(), ": the ack log does not end with the epoch"));
  }
  RETURN_IF_ERROR(LoadBookmarks(*database_).status());
  ASSIGN_OR_RETURN(const std::vector<ServerBookmark> server, LoadServerBookmarks(*database_));
  NoteServerFiles(server);
  ASSIGN_OR_RETURN(holes_, LoadHoles(*database_));
  HistoryCheck check(meta_, database_->name());
  const BatchId from = std::max<BatchId>(0, meta_.next_id - kVerifyBatchesMax);
  if (from > 0) {
    ASSIGN_OR_RETURN(const std::int64_t first,
                     database_->QueryInt64("SELECT coalesce(min(id), 0) FROM batch"));
    if (first != 0 && first < from) check.SkipOlder();
  }
  {
    ASSIGN_OR_RETURN(Statement all,
                     database_->Prepare(absl::StrCat(kSelectBatch, "WHERE id >= ?1 ORDER BY id")));
    all.BindInt64(1, from);
    while (true) {
      ASSIGN_OR_RETURN(const bool found, all.Step());
      if (!found) break;
      ASSIGN_OR_RETURN(const BatchRow row, BatchFromStatement(*database_, all));
      RETURN_IF_ERROR(check.Add(row));
    }
  }
  RETURN_IF_ERROR(check.End());
  ASSIGN_OR_RETURN(backlog_, CountBacklog(*database_, meta_));
  return absl::OkStatus();
}

absl::Status EventBuffer::DeclareLostTail() {
  const std::optional<TailNote::Value> note = note_.Read();
  if (!note || (note->epoch == meta_.epoch && note->next <= meta_.next)) return absl::OkStatus();
  const bool current = note->epoch == meta_.epoch;
  const bool older =
      !current && std::any_of(ack_log_.begin(), ack_log_.end(),
                              [&](const EpochPosition& p) { return p.epoch == note->epoch; });
  if (older) return absl::OkStatus();
  const Ordinal from = current ? meta_.next_ordinal : note->acked_ordinal;
  const std::uint64_t rows = note->next_ordinal > from ? note->next_ordinal - from : 0;
  const std::int64_t now = absl::ToUnixNanos(clock_.Now());
  ASSIGN_OR_RETURN(const std::int64_t last,
                   database_->QueryInt64("SELECT coalesce(max(accepted_ns), 0) FROM batch"));
  meta_.want_new_epoch = true;
  if (rows == 0)
    return AppendLocked({}, {}).status();  // hollow envelopes alone: the flag says enough
  NewBatch empty;
  empty.losses.push_back({"buffer", last, now, rows, current ? "buffer_tail_lost" : "buffer_lost"});
  empty.bookmarks.push_back(
      {"buffer:losses", CounterPosition{loss_nonce_, static_cast<std::uint64_t>(meta_.next_id)},
       false});
  empty.oldest_ns = now;
  return AppendLocked(std::span(&empty, 1), {}).status();
}

absl::StatusOr<std::string> EventBuffer::SetAside(const BufferOptions& options,
                                                  const Clock& clock) {
  const std::string stamp = absl::FormatTime("%Y%m%dT%H%M%E6S", clock.Now(), absl::UTCTimeZone());
  const std::string to = absl::StrCat(options.directory, "/", kSetAsideMark, stamp);
  std::error_code error;
  for (const char* suffix : {"-wal", ""}) {
    std::filesystem::rename(FileIn(options) + suffix, to + suffix, error);
    if (error && error != std::errc::no_such_file_or_directory) {
      return absl::UnknownError(
          absl::StrCat(FileIn(options), suffix, ": set aside: ", error.message()));
    }
  }
  std::filesystem::remove(FileIn(options) + "-shm", error);
  std::vector<std::string> kept;
  for (const auto& entry : std::filesystem::directory_iterator(options.directory, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, kSetAsideMark) && !absl::EndsWith(name, "-wal"))
      kept.push_back(entry.path().string());
  }
  std::sort(kept.begin(), kept.end());
  for (std::size_t i = 0; i + kSetAsideMax < kept.size(); ++i) {
    std::filesystem::remove(kept[i], error);
    std::filesystem::remove(kept[i] + "-wal", error);
  }
  return to;
}

}  // namespace dims

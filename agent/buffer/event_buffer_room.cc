// SPDX-License-Identifier: Apache-2.0
// How the buffer stays within its limits: room for what comes, the ring of acked batches, hollow
// batches.
#include <filesystem>
#include <limits>

#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_change.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr int kTrimPage = 64;
constexpr int kTrimBatchesMax = 512;  // a transaction; the rest goes with the next one
constexpr int kHollowPage = 64;
constexpr std::uint64_t kRoomPageBytes = 4096;
constexpr std::uint64_t kLogBytesMax = 48u << 20;  // with a transaction behind it below 64 MiB
constexpr std::uint64_t kRowOverhead = 512;        // of a batch's row, index entry and bookmarks
constexpr std::uint64_t kTransactionMargin = 64u << 10;  // pages of the trees that may split

std::string Megabytes(std::uint64_t bytes) {
  return absl::StrCat(bytes / 1'000'000, ".", bytes / 100'000 % 10, " MB");
}

// SQLite cannot shorten the log beyond what its oldest reader sees: somebody who keeps a
// transaction open would let it grow until the volume is full.
absl::Status CheckLog(Database& database, std::uint64_t bytes) {
  const auto too_long = [&] {
    return static_cast<std::uint64_t>(database.wal_pages()) * kRoomPageBytes + bytes > kLogBytesMax;
  };
  if (!too_long()) return absl::OkStatus();
  RETURN_IF_ERROR(database.Checkpoint());
  if (!too_long()) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "buffer.db: append: another program has been reading it for long, so that its log cannot be "
      "shortened: end that program");
}

}  // namespace

absl::Status EventBuffer::CheckRoom(std::uint64_t bytes) {
  RETURN_IF_ERROR(CheckLog(*database_, bytes));
  std::uint64_t free = 0;
  if (options_.volume_free) {
    free = options_.volume_free();
  } else {
    std::error_code error;
    const auto space = std::filesystem::space(options_.directory, error);
    free = error ? std::numeric_limits<std::uint64_t>::max() : space.available;
  }
  const std::uint64_t needed = options_.volume_free_bytes_min + bytes;
  if (free >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("buffer.db: append: disk full (",
                                                   Megabytes(free), " left on the volume, ",
                                                   Megabytes(needed), " needed)"));
}

absl::StatusOr<std::uint64_t> EventBuffer::UsedBytes() {
  ASSIGN_OR_RETURN(const std::int64_t pages, database_->QueryInt64("PRAGMA page_count"));
  ASSIGN_OR_RETURN(const std::int64_t unused, database_->QueryInt64("PRAGMA freelist_count"));
  return static_cast<std::uint64_t>(pages - unused) * kRoomPageBytes;
}

absl::Status EventBuffer::MakeRoom(std::uint64_t bytes, Change& change) {
  const std::uint64_t wanted = bytes + bytes / 64 + kTransactionMargin;
  ASSIGN_OR_RETURN(std::uint64_t used, UsedBytes());
  const std::uint64_t missing = used + wanted > bytes_max_ ? used + wanted - bytes_max_ : 0;
  RETURN_IF_ERROR(Trim(change, missing));
  if (missing == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(used, UsedBytes());
  if (used + wanted <= bytes_max_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("buffer.db: full (", Megabytes(used), " of ",
                                                   Megabytes(bytes_max_), " wait for the server)"));
}

absl::StatusOr<BatchId> EventBuffer::DueByAge() {
  const std::int64_t before = absl::ToUnixNanos(clock_.Now() - options_.keep_acked);
  ASSIGN_OR_RETURN(
      Statement due,
      database_->Prepare("SELECT coalesce(max(through_id), 0) FROM ack_time WHERE at_ns <= ?1"));
  due.BindInt64(1, before);
  RETURN_IF_ERROR(due.Step().status());
  return due.Int64(0);
}

absl::Status EventBuffer::Trim(Change& change, std::uint64_t bytes_wanted) {
  ASSIGN_OR_RETURN(const BatchId due, DueByAge());
  std::uint64_t freed = 0;
  BatchId last = 0;
  const auto wants = [&](BatchId id) {
    return freed < bytes_wanted || id <= due ||
           change.backlog.ring_bytes > options_.keep_acked_bytes;
  };
  bool more = wants(std::numeric_limits<BatchId>::max()) || due > 0;
  for (int count = 0; more && (count < kTrimBatchesMax || freed < bytes_wanted);
       count += kTrimPage) {
    ASSIGN_OR_RETURN(const std::vector<BatchRow> rows,
                     LoadBatches(*database_, last + 1, kTrimPage));
    more = rows.size() == kTrimPage;
    for (const BatchRow& row : rows) {
      more = more && change.Settled(row) && wants(row.id);
      if (!change.Settled(row) || !wants(row.id)) break;
      RETURN_IF_ERROR(TrimOne(row, change));
      freed += row.payload_bytes + kRowOverhead;
      last = row.id;
    }
  }
  if (last > 0) RETURN_IF_ERROR(DeleteClosedBookmarks(*database_, last));
  if (due == 0 || more) return absl::OkStatus();
  ASSIGN_OR_RETURN(Statement forget,
                   database_->Prepare("DELETE FROM ack_time WHERE through_id <= ?1"));
  forget.BindInt64(1, due);
  return forget.Run();
}

absl::Status EventBuffer::TrimOne(const BatchRow& row, Change& change) {
  // A damaged payload stays: SQLite may be unable to free its pages.
  if (row.payload_bytes > 0) RETURN_IF_ERROR(DeletePayload(*database_, row.id));
  ASSIGN_OR_RETURN(Statement remove, database_->Prepare("DELETE FROM batch WHERE id = ?1"));
  remove.BindInt64(1, row.id);
  RETURN_IF_ERROR(remove.Run());
  ++change.trimmed;
  change.backlog.ring_bytes -= row.payload_bytes;
  if (row.epoch == change.meta.epoch && row.sequence > 0) {
    change.meta.base = row.sequence;
    change.meta.base_chain = row.chain;
    change.meta.base_ordinal = row.first_ordinal + row.rows;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> EventBuffer::Hollow(LossClass loss_class, std::uint64_t bytes_wanted,
                                                  absl::string_view reason) {
  if (loss_class == LossClass::kCanWait || reason.empty()) {
    return absl::InvalidArgumentError(
        "hollow: what can wait is never dropped, and a drop has a reason");
  }
  MutexLock lock(mutex_);
  MutexLock read_lock(read_mutex_);  // so that nothing gets into flight meanwhile
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "hollow");
  std::uint64_t freed = 0;
  BatchId after = change.meta.acked_id;
  while (freed < bytes_wanted) {
    ASSIGN_OR_RETURN(const std::vector<BatchRow> rows, Candidates(loss_class, after), "hollow");
    if (rows.empty()) break;
    for (const BatchRow& row : rows) {
      after = row.id;
      const bool in_flight = row.epoch == meta_.epoch && row.sequence <= in_flight_;
      if (change.Settled(row) || in_flight || freed >= bytes_wanted) continue;
      RETURN_IF_ERROR(HollowOne(row, reason, change), "hollow");
      freed += row.payload_bytes;
    }
  }
  if (freed == 0) return freed;
  RETURN_IF_ERROR(Finish(transaction, change), "hollow");
  return freed;
}

absl::StatusOr<std::vector<BatchRow>> EventBuffer::Candidates(LossClass loss_class, BatchId after) {
  ASSIGN_OR_RETURN(Statement select,
                   database_->Prepare(absl::StrCat(kSelectBatch,
                                                   "WHERE id > ?1 AND loss_class = ?2 AND "
                                                   "payload_bytes > 0 ORDER BY id LIMIT ?3")));
  select.BindInt64(1, after);
  select.BindInt64(2, static_cast<std::int64_t>(loss_class));
  select.BindInt64(3, kHollowPage);
  std::vector<BatchRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    ASSIGN_OR_RETURN(BatchRow row, BatchFromStatement(*database_, select));
    rows.push_back(std::move(row));
  }
}

absl::Status EventBuffer::HollowOne(BatchRow row, absl::string_view reason, Change& change) {
  ASSIGN_OR_RETURN(const Envelope envelope, ToEnvelope(row, ""));
  std::uint64_t lost = row.rows;
  for (const RowRange& range : envelope.leave_out) lost -= range.count;
  change.meta.lost_rows += lost;
  change.backlog.bytes -= row.payload_bytes;
  row.payload_bytes = 0;
  row.hollow_reason = std::string(reason);
  RETURN_IF_ERROR(DeletePayload(*database_, row.id));
  return UpdateBatch(*database_, row);
}

}  // namespace dims

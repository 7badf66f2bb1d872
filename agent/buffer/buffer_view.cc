// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/buffer_view.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/sqlite/transaction.h"

namespace dims {
namespace {

BatchSummary::State StateOf(const BatchRow& row, const BufferMeta& meta) {
  const bool numbered_here = row.epoch == meta.epoch && row.sequence > 0;
  if (numbered_here && row.sequence <= meta.acked) return BatchSummary::State::kAcked;
  if (!numbered_here && row.id < meta.number_from) return BatchSummary::State::kSetAside;
  return BatchSummary::State::kWaiting;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BufferView>> BufferView::Open(const std::string& directory,
                                                             const std::string& vfs) {
  DatabaseOptions options;
  options.path = directory + "/buffer.db";
  options.vfs = vfs;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  return std::unique_ptr<BufferView>(new BufferView(std::move(database)));
}

absl::StatusOr<std::string> BufferView::Agent() {
  ASSIGN_OR_RETURN(BufferMeta meta, LoadMeta(*database_));
  return std::move(meta.agent);
}

absl::StatusOr<BufferPosition> BufferView::Position() {
  ASSIGN_OR_RETURN(const BufferMeta meta, LoadMeta(*database_));
  return PositionOf(meta);
}

absl::StatusOr<Backlog> BufferView::Count() {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, ReadSnapshot::Begin(*database_));
  ASSIGN_OR_RETURN(const BufferMeta meta, LoadMeta(*database_));
  return CountBacklog(*database_, meta);
}

absl::StatusOr<std::vector<Bookmark>> BufferView::Bookmarks() {
  return LoadBookmarks(*database_);
}

absl::StatusOr<std::vector<BatchSummary>> BufferView::Newest(int count_max, BatchId before) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, ReadSnapshot::Begin(*database_));
  ASSIGN_OR_RETURN(const BufferMeta meta, LoadMeta(*database_));
  ASSIGN_OR_RETURN(Statement read, database_->Prepare(absl::StrCat(
                                       kSelectBatch, "WHERE id < ?1 ORDER BY id DESC LIMIT ?2")));
  read.BindInt64(1, before > 0 ? before : std::numeric_limits<BatchId>::max());
  read.BindInt64(2, count_max);
  std::vector<BatchSummary> newest;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return newest;
    ASSIGN_OR_RETURN(BatchRow row, BatchFromStatement(*database_, read));
    BatchSummary summary{row.id,          StateOf(row, meta), row.epoch,
                         row.sequence,    row.rows,           row.payload_bytes,
                         row.accepted_ns, row.hollow_reason,  {}};
    ASSIGN_OR_RETURN(const Envelope envelope, ToEnvelope(row, ""));
    for (const Bookmark& bookmark : envelope.bookmarks) summary.sources.push_back(bookmark.source);
    newest.push_back(std::move(summary));
  }
}

absl::StatusOr<Envelope> BufferView::Load(BatchId id) {
  ASSIGN_OR_RETURN(ReadSnapshot snapshot, ReadSnapshot::Begin(*database_));
  ASSIGN_OR_RETURN(const std::optional<BatchRow> row, FindBatch(*database_, id));
  if (!row)
    return absl::NotFoundError(absl::StrCat(database_->name(), ": batch ", id, ": not kept"));
  std::string payload;
  if (row->hollow_reason.empty()) {
    ASSIGN_OR_RETURN(payload, LoadPayload(*database_, id));
    if (Sha256(payload) != row->digest) {
      return absl::DataLossError(absl::StrCat(database_->name(), ": batch ", id, ": damaged"));
    }
  }
  return ToEnvelope(*row, std::move(payload));
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// The rows of buffer.db as values, and their ways in and out. docs/buffer_schema.md explains each
// column. Every row carries a checksum over its other columns, so that damage at rest in any of
// them is DataLoss and never believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/delivery/envelope.h"
#include "common/delivery/file_hole.h"
#include "common/delivery/loss_class.h"
#include "common/delivery/messages.h"
#include "common/sqlite/database.h"

namespace dims {

// Batches in the order of acceptance through all epochs; never leaves the site. What is read again
// gets ids below what is kept, so there must be some to spare.
using BatchId = std::int64_t;

inline constexpr BatchId kFirstBatchId = (BatchId{1} << 32) + 1;

// The single row of `meta`.
struct BufferMeta {
  std::string agent;
  Epoch epoch = 0;
  Sequence next = 1;         // what the next numbered batch gets
  Ordinal next_ordinal = 0;  // and its first row
  Sha256Digest chain{};      // after next - 1
  Sequence acked = 0;
  BatchId acked_id = 0;                 // of the batch `acked`; the sequence may have none left
  BatchId next_id = kFirstBatchId;      // what the next accepted batch gets
  BatchId number_from = kFirstBatchId;  // ids from here on wait for their sequence in this epoch
  Sequence refill_end = 0;              // last sequence so far that replaces one of an older epoch
  Sequence base = 0;                    // last sequence of this epoch that was trimmed
  Ordinal base_ordinal = 0;
  Sha256Digest base_chain{};
  std::uint64_t lost_rows =
      0;  // declared in envelopes or by hollow batches, since the buffer was made
  bool want_new_epoch = false;
  // Ids [again_next, held_from) are kept free for what files are read again; 0: none ever were.
  BatchId again_next = 0;
  BatchId held_from = 0;

  friend bool operator==(const BufferMeta&, const BufferMeta&) = default;
};

// A row of `batch`; the payload lies in `payload` under the same id.
struct BatchRow {
  BatchId id = 0;
  Epoch epoch = 0;        // of its latest numbering; 0: none yet
  Sequence sequence = 0;  // 0: none yet
  Ordinal first_ordinal = 0;
  std::uint32_t rows = 0;
  std::uint64_t payload_bytes = 0;  // 0: hollow
  LossClass loss_class = LossClass::kCanWait;
  Sha256Digest digest{};
  Sha256Digest chain{};
  std::int64_t accepted_ns = 0;
  std::int64_t oldest_ns = 0;  // @timestamp of its oldest row
  std::string hollow_reason;
  Epoch replaces_epoch = 0;
  Sequence replaces_sequence = 0;
  std::string extras;  // v1.Envelope with bookmarks, leave_out, maybe_repeated and losses alone

  friend bool operator==(const BatchRow&, const BatchRow&) = default;
};

// A server's bookmark at the start of the epoch. For a cursor, `through_id` is the last batch that
// the cursor covers. A doubtful one covers nothing, but what it seems to cover may be there.
struct ServerBookmark {
  Bookmark bookmark;
  BatchId through_id = 0;
  bool doubtful = false;
};

// Makes or migrates the schema.
absl::Status PrepareBufferSchema(Database& database);

// NotFound: a file without a meta row (just made). DataLoss: a checksum does not match.
absl::StatusOr<BufferMeta> LoadMeta(Database& database);
absl::Status StoreMeta(Database& database, const BufferMeta& meta);

// "SELECT <columns> FROM batch" for FromStatement.
extern const char kSelectBatch[];
absl::StatusOr<BatchRow> BatchFromStatement(Database& database, const Statement& statement);
absl::Status InsertBatch(Database& database, const BatchRow& row);
absl::Status UpdateBatch(Database& database, const BatchRow& row);
absl::StatusOr<std::optional<BatchRow>> FindBatch(Database& database, BatchId id);
absl::StatusOr<std::optional<BatchRow>> FindBatch(Database& database, Epoch epoch,
                                                  Sequence sequence);

// Ids >= `first`, ascending.
absl::StatusOr<std::vector<BatchRow>> LoadBatches(Database& database, BatchId first, int limit);

absl::Status InsertPayload(Database& database, BatchId id, absl::string_view payload);
absl::Status DeletePayload(Database& database, BatchId id);

// DataLoss when SQLite cannot read it or there is none.
absl::StatusOr<std::string> LoadPayload(Database& database, BatchId id);

absl::Status StoreAckLog(Database& database, const EpochPosition& position);
absl::StatusOr<std::vector<EpochPosition>> LoadAckLog(Database& database);

// What the server said of each epoch; replaces the entry of the same epoch.
absl::Status StoreHeard(Database& database, const EpochPosition& position);
absl::StatusOr<std::vector<EpochPosition>> LoadHeard(Database& database);

// `last_id` is the batch the bookmark came with.
absl::Status StoreBookmark(Database& database, const Bookmark& bookmark, BatchId last_id);
absl::StatusOr<std::vector<Bookmark>> LoadBookmarks(Database& database);

// Forgets closed sources whose last batch is `through` or older.
absl::Status DeleteClosedBookmarks(Database& database, BatchId through);

absl::Status ReplaceServerBookmarks(Database& database, const std::vector<ServerBookmark>& all);
absl::StatusOr<std::vector<ServerBookmark>> LoadServerBookmarks(Database& database);

absl::Status ReplaceHoles(Database& database, const std::vector<FileHole>& all);
absl::StatusOr<std::vector<FileHole>> LoadHoles(Database& database);

// Adds the row's fields to what its extras hold. `payload` stays empty when hollow.
absl::StatusOr<Envelope> ToEnvelope(const BatchRow& row, std::string payload);
std::string EncodeExtras(const std::vector<Bookmark>& bookmarks,
                         const std::vector<RowRange>& leave_out, const std::vector<Loss>& losses,
                         const std::vector<RowRange>& maybe_repeated = {});

}  // namespace dims

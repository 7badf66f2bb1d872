// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/buffer_rows.h"

#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/buffer/row_checksum.h"
#include "common/base/status_macros.h"
#include "common/sqlite/migration.h"

namespace dims {
namespace {

// "DIMB": what `file` and others tell the database by.
constexpr absl::string_view kSchemaVersion1 = R"sql(
PRAGMA application_id = 1145654594;
CREATE TABLE meta(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  agent TEXT NOT NULL, epoch INTEGER NOT NULL, next INTEGER NOT NULL, next_ordinal INTEGER NOT NULL,
  chain BLOB NOT NULL, acked INTEGER NOT NULL, acked_id INTEGER NOT NULL, next_id INTEGER NOT NULL,
  number_from INTEGER NOT NULL, refill_end INTEGER NOT NULL, base INTEGER NOT NULL,
  base_ordinal INTEGER NOT NULL, base_chain BLOB NOT NULL, lost_rows INTEGER NOT NULL,
  want_new_epoch INTEGER NOT NULL, again_next INTEGER NOT NULL, held_from INTEGER NOT NULL,
  checksum INTEGER NOT NULL);
CREATE TABLE batch(
  id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, first_ordinal INTEGER NOT NULL,
  rows INTEGER NOT NULL, payload_bytes INTEGER NOT NULL, loss_class INTEGER NOT NULL,
  digest BLOB NOT NULL, chain BLOB NOT NULL, accepted_ns INTEGER NOT NULL,
  oldest_ns INTEGER NOT NULL, hollow_reason TEXT NOT NULL, replaces_epoch INTEGER NOT NULL,
  replaces_sequence INTEGER NOT NULL, extras BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE UNIQUE INDEX batch_number ON batch(epoch, sequence) WHERE sequence > 0;
CREATE TABLE payload(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE ack_log(
  epoch INTEGER PRIMARY KEY, started INTEGER NOT NULL, acked INTEGER NOT NULL,
  next_ordinal INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE heard(
  epoch INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, next_ordinal INTEGER NOT NULL,
  checksum INTEGER NOT NULL);
CREATE TABLE ack_time(through_id INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL);
CREATE TABLE bookmark(
  source TEXT PRIMARY KEY, value BLOB NOT NULL, closed INTEGER NOT NULL, last_id INTEGER NOT NULL,
  checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE server_bookmark(
  source TEXT PRIMARY KEY, value BLOB NOT NULL, through_id INTEGER NOT NULL,
  doubtful INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE hole(
  source TEXT PRIMARY KEY, value BLOB NOT NULL, until INTEGER NOT NULL, epoch INTEGER NOT NULL,
  checksum INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::array<absl::string_view, 1> kMigrations = {kSchemaVersion1};

std::uint64_t ChecksumOf(const BufferMeta& meta) {
  return RowBytes()
      .Text("meta")
      .Text(meta.agent)
      .Number(meta.epoch)
      .Number(meta.next)
      .Number(meta.next_ordinal)
      .Text(BytesOf(meta.chain))
      .Number(meta.acked)
      .Signed(meta.acked_id)
      .Signed(meta.next_id)
      .Signed(meta.number_from)
      .Number(meta.refill_end)
      .Number(meta.base)
      .Number(meta.base_ordinal)
      .Text(BytesOf(meta.base_chain))
      .Number(meta.lost_rows)
      .Number(meta.want_new_epoch ? 1 : 0)
      .Signed(meta.again_next)
      .Signed(meta.held_from)
      .Checksum();
}

std::uint64_t ChecksumOf(const BatchRow& row) {
  return RowBytes()
      .Text("batch")
      .Signed(row.id)
      .Number(row.epoch)
      .Number(row.sequence)
      .Number(row.first_ordinal)
      .Number(row.rows)
      .Number(row.payload_bytes)
      .Number(static_cast<std::uint64_t>(row.loss_class))
      .Text(BytesOf(row.digest))
      .Text(BytesOf(row.chain))
      .Signed(row.accepted_ns)
      .Signed(row.oldest_ns)
      .Text(row.hollow_reason)
      .Number(row.replaces_epoch)
      .Number(row.replaces_sequence)
      .Text(row.extras)
      .Checksum();
}

std::uint64_t ChecksumOf(const EpochPosition& position, std::uint64_t started) {
  return RowBytes()
      .Text("ack_log")
      .Number(position.epoch)
      .Number(started)
      .Number(position.sequence)
      .Number(position.next_ordinal)
      .Checksum();
}

std::uint64_t ChecksumOf(const EpochPosition& heard) {
  return RowBytes()
      .Text("heard")
      .Number(heard.epoch)
      .Number(heard.sequence)
      .Number(heard.next_ordinal)
      .Checksum();
}

// False when the column is not a digest.
bool ReadDigest(const Statement& statement, int column, Sha256Digest& digest) {
  const absl::string_view bytes = statement.Blob(column);
  if (bytes.size() != digest.size()) return false;
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return true;
}

// SQLite parses the schema's text at each start; a flipped letter there makes another schema.
absl::Status CheckSchemaText(Database& database) {
  ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"));
  std::size_t found = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, read.Step());
    if (!row) break;
    const absl::string_view sql = read.Text(2);
    const bool named = absl::StrContains(sql, absl::StrCat(" ", read.Text(1)));
    const bool known = absl::StrContains(kSchemaVersion1, absl::StrCat(sql, ";"));
    if (!named || !known) return Damaged(database, "the schema");
    ++found;
  }
  std::size_t wanted = 0;
  for (std::size_t at = 0; (at = kSchemaVersion1.find("\nCREATE ", at)) != absl::string_view::npos;
       ++at) {
    ++wanted;
  }
  return found == wanted ? absl::OkStatus() : Damaged(database, "the schema");
}

}  // namespace

const char kSelectBatch[] =
    "SELECT id, epoch, sequence, first_ordinal, rows, payload_bytes, loss_class, digest, chain, "
    "accepted_ns, oldest_ns, hollow_reason, replaces_epoch, replaces_sequence, extras, checksum "
    "FROM batch ";

absl::Status PrepareBufferSchema(Database& database) {
  ASSIGN_OR_RETURN(const std::int64_t version, database.QueryInt64("PRAGMA user_version"));
  ASSIGN_OR_RETURN(const std::int64_t objects,
                   database.QueryInt64("SELECT count(*) FROM sqlite_schema"));
  if ((version == 0) != (objects == 0)) return Damaged(database, "the schema version");
  RETURN_IF_ERROR(Migrate(database, kMigrations));
  return CheckSchemaText(database);
}

absl::StatusOr<BufferMeta> LoadMeta(Database& database) {
  ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT agent, epoch, next, next_ordinal, chain, acked, acked_id, next_id, "
                       "number_from, refill_end, base, base_ordinal, base_chain, lost_rows, "
                       "want_new_epoch, again_next, held_from, checksum FROM meta WHERE one = 1"));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return absl::NotFoundError(absl::StrCat(database.name(), ": no meta row"));
  BufferMeta meta;
  meta.agent = std::string(read.Text(0));
  meta.epoch = read.Uint64(1);
  meta.next = read.Uint64(2);
  meta.next_ordinal = read.Uint64(3);
  meta.acked = read.Uint64(5);
  meta.acked_id = read.Int64(6);
  meta.next_id = read.Int64(7);
  meta.number_from = read.Int64(8);
  meta.refill_end = read.Uint64(9);
  meta.base = read.Uint64(10);
  meta.base_ordinal = read.Uint64(11);
  meta.lost_rows = read.Uint64(13);
  meta.want_new_epoch = read.Int64(14) != 0;
  meta.again_next = read.Int64(15);
  meta.held_from = read.Int64(16);
  const bool digests = ReadDigest(read, 4, meta.chain) && ReadDigest(read, 12, meta.base_chain);
  if (!digests || read.Uint64(17) != ChecksumOf(meta)) return Damaged(database, "the meta row");
  return meta;
}

absl::Status StoreMeta(Database& database, const BufferMeta& meta) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT OR REPLACE INTO meta VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, "
                                    "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"));
  write.BindText(1, meta.agent);
  write.BindUint64(2, meta.epoch);
  write.BindUint64(3, meta.next);
  write.BindUint64(4, meta.next_ordinal);
  write.BindBlob(5, BytesOf(meta.chain));
  write.BindUint64(6, meta.acked);
  write.BindInt64(7, meta.acked_id);
  write.BindInt64(8, meta.next_id);
  write.BindInt64(9, meta.number_from);
  write.BindUint64(10, meta.refill_end);
  write.BindUint64(11, meta.base);
  write.BindUint64(12, meta.base_ordinal);
  write.BindBlob(13, BytesOf(meta.base_chain));
  write.BindUint64(14, meta.lost_rows);
  write.BindInt64(15, meta.want_new_epoch ? 1 : 0);
  write.BindInt64(16, meta.again_next);
  write.BindInt64(17, meta.held_from);
  write.BindUint64(18, ChecksumOf(meta));
  return write.Run();
}

absl::StatusOr<BatchRow> BatchFromStatement(Database& database, const Statement& statement) {
  BatchRow row;
  row.id = statement.Int64(0);
  row.epoch = statement.Uint64(1);
  row.sequence = statement.Uint64(2);
  row.first_ordinal = statement.Uint64(3);
  row.rows = static_cast<std::uint32_t>(statement.Uint64(4));
  row.payload_bytes = statement.Uint64(5);
  row.loss_class = static_cast<LossClass>(statement.Uint64(6) % kLossClassCount);
  row.accepted_ns = statement.Int64(9);
  row.oldest_ns = statement.Int64(10);
  row.hollow_reason = std::string(statement.Text(11));
  row.replaces_epoch = statement.Uint64(12);
  row.replaces_sequence = statement.Uint64(13);
  row.extras = std::string(statement.Blob(14));
  const bool digests = ReadDigest(statement, 7, row.digest) && ReadDigest(statement, 8, row.chain);
  if (!digests || statement.Uint64(15) != ChecksumOf(row)) {
    return Damaged(database, absl::StrCat("batch ", row.id));
  }
  return row;
}

absl::Status InsertBatch(Database& database, const BatchRow& row) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT INTO batch VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                                    "?10, ?11, ?12, ?13, ?14, ?15, ?16)"));
  write.BindInt64(1, row.id);
  write.BindUint64(2, row.epoch);
  write.BindUint64(3, row.sequence);
  write.BindUint64(4, row.first_ordinal);
  write.BindInt64(5, row.rows);
  write.BindUint64(6, row.payload_bytes);
  write.BindInt64(7, static_cast<std::int64_t>(row.loss_class));
  write.BindBlob(8, BytesOf(row.digest));
  write.BindBlob(9, BytesOf(row.chain));
  write.BindInt64(10, row.accepted_ns);
  write.BindInt64(11, row.oldest_ns);
  write.BindText(12, row.hollow_reason);
  write.BindUint64(13, row.replaces_epoch);
  write.BindUint64(14, row.replaces_sequence);
  write.BindBlob(15, row.extras);
  write.BindUint64(16, ChecksumOf(row));
  return write.Run();
}

absl::Status UpdateBatch(Database& database, const BatchRow& row) {
  {
    ASSIGN_OR_RETURN(Statement remove, database.Prepare("DELETE FROM batch WHERE id = ?1"));
    remove.BindInt64(1, row.id);
    RETURN_IF_ERROR(remove.Run());
  }
  return InsertBatch(database, row);
}

absl::StatusOr<std::optional<BatchRow>> FindBatch(Database& database, BatchId id) {
  ASSIGN_OR_RETURN(Statement read, database.Prepare(absl::StrCat(kSelectBatch, "WHERE id = ?1")));
  read.BindInt64(1, id);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::optional<BatchRow>();
  return BatchFromStatement(database, read);
}

absl::StatusOr<std::optional<BatchRow>> FindBatch(Database& database, Epoch epoch,
                                                  Sequence sequence) {
  ASSIGN_OR_RETURN(Statement read,
                   database.Prepare(absl::StrCat(
                       kSelectBatch, "WHERE epoch = ?1 AND sequence = ?2 AND sequence > 0")));
  read.BindUint64(1, epoch);
  read.BindUint64(2, sequence);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::optional<BatchRow>();
  return BatchFromStatement(database, read);
}

absl::StatusOr<std::vector<BatchRow>> LoadBatches(Database& database, BatchId first, int limit) {
  ASSIGN_OR_RETURN(Statement read, database.Prepare(absl::StrCat(
                                       kSelectBatch, "WHERE id >= ?1 ORDER BY id LIMIT ?2")));
  read.BindInt64(1, first);
  read.BindInt64(2, limit);
  std::vector<BatchRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return rows;
    ASSIGN_OR_RETURN(BatchRow row, BatchFromStatement(database, read));
    rows.push_back(std::move(row));
  }
}

absl::Status InsertPayload(Database& database, BatchId id, absl::string_view payload) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("INSERT INTO payload VALUES(?1, ?2)"));
  write.BindInt64(1, id);
  write.BindBlobView(2, payload);
  return write.Run();
}

absl::Status DeletePayload(Database& database, BatchId id) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("DELETE FROM payload WHERE id = ?1"));
  write.BindInt64(1, id);
  return write.Run();
}

absl::StatusOr<std::string> LoadPayload(Database& database, BatchId id) {
  ASSIGN_OR_RETURN(Statement read, database.Prepare("SELECT bytes FROM payload WHERE id = ?1"));
  read.BindInt64(1, id);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return Damaged(database, absl::StrCat("the payload of batch ", id));
  return std::string(read.Blob(0));
}

absl::Status StoreAckLog(Database& database, const EpochPosition& position) {
  std::uint64_t started = 0;
  {
    ASSIGN_OR_RETURN(Statement order,
                     database.Prepare("SELECT coalesce((SELECT started FROM ack_log WHERE epoch = "
                                      "?1), (SELECT count(*) FROM ack_log))"));
    order.BindUint64(1, position.epoch);
    RETURN_IF_ERROR(order.Step().status());
    started = order.Uint64(0);
  }
  ASSIGN_OR_RETURN(Statement write, database.Prepare("INSERT OR REPLACE INTO ack_log VALUES(?1, "
                                                     "?2, ?3, ?4, ?5)"));
  write.BindUint64(1, position.epoch);
  write.BindUint64(2, started);
  write.BindUint64(3, position.sequence);
  write.BindUint64(4, position.next_ordinal);
  write.BindUint64(5, ChecksumOf(position, started));
  return write.Run();
}

absl::StatusOr<std::vector<EpochPosition>> LoadAckLog(Database& database) {
  ASSIGN_OR_RETURN(Statement read,
                   database.Prepare("SELECT epoch, acked, next_ordinal, started, checksum FROM "
                                    "ack_log ORDER BY started"));
  std::vector<EpochPosition> log;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return log;
    const EpochPosition position{read.Uint64(0), read.Uint64(1), read.Uint64(2)};
    if (read.Uint64(3) != log.size() || read.Uint64(4) != ChecksumOf(position, log.size())) {
      return Damaged(database, "the ack log");
    }
    log.push_back(position);
  }
}

absl::Status StoreHeard(Database& database, const EpochPosition& position) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT OR REPLACE INTO heard VALUES(?1, ?2, ?3, ?4)"));
  write.BindUint64(1, position.epoch);
  write.BindUint64(2, position.sequence);
  write.BindUint64(3, position.next_ordinal);
  write.BindUint64(4, ChecksumOf(position));
  return write.Run();
}

absl::StatusOr<std::vector<EpochPosition>> LoadHeard(Database& database) {
  ASSIGN_OR_RETURN(Statement read,
                   database.Prepare("SELECT epoch, sequence, next_ordinal, checksum FROM heard"));
  std::vector<EpochPosition> heard;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return heard;
    heard.push_back({read.Uint64(0), read.Uint64(1), read.Uint64(2)});
    if (read.Uint64(3) != ChecksumOf(heard.back())) return Damaged(database, "what was heard");
  }
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/live_database.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"
#include "common/sqlite/migration.h"
#include "server/store/commit/file_identity.h"
#include "server/store/commit/live_schema.h"

namespace dims {
namespace {

constexpr int kPageBytes = 4096;
// What a block's rows take in the tail: when they are deleted, their pages need not be read again.
constexpr int kCacheKib = 8192;

// What an agent may claim to have lost at once; more would only make sums overflow.
constexpr std::uint64_t kGapRowsMax = std::uint64_t{1} << 40;

absl::StatusOr<Sha256Digest> DigestFrom(absl::string_view bytes) {
  Sha256Digest digest;
  if (bytes.size() != digest.size())
    return absl::DataLossError("live.db: a digest of another length");
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

constexpr absl::string_view kGeneration = "store_generation";
constexpr absl::string_view kFileIdentity = "file_identity";

// 0: there is none.
absl::StatusOr<std::uint64_t> ReadMeta(Database& database, absl::string_view name) {
  ASSIGN_OR_RETURN(Statement read, database.Prepare("SELECT value FROM meta WHERE name = ?1"));
  read.BindText(1, name);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? read.Uint64(0) : 0;
}

absl::Status WriteMeta(Database& database, absl::string_view name, std::uint64_t value) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("INSERT OR REPLACE INTO meta VALUES(?1, ?2)"));
  write.BindText(1, name);
  write.BindUint64(2, value);
  return write.Run();
}

struct Generation {
  std::uint64_t value = 0;
  bool restored = false;
};

// A file that is not the one this store wrote last was put in its place: whatever agents were told
// before may be of another history.
absl::StatusOr<Generation> FindGeneration(Database& database, std::uint64_t identity,
                                          Random& random) {
  Generation generation;
  ASSIGN_OR_RETURN(generation.value, ReadMeta(database, kGeneration));
  ASSIGN_OR_RETURN(const std::uint64_t written_as, ReadMeta(database, kFileIdentity));
  generation.restored = identity != 0 && written_as != 0 && identity != written_as;
  const bool draws = generation.value == 0 || generation.restored;
  if (!draws && (identity == 0 || identity == written_as)) return generation;
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database));
  const std::uint64_t former = generation.value;
  while (draws && (generation.value == former || generation.value == 0)) {
    generation.value = random.Uint64();
  }
  RETURN_IF_ERROR(WriteMeta(database, kGeneration, generation.value));
  if (identity != 0) RETURN_IF_ERROR(WriteMeta(database, kFileIdentity, identity));
  RETURN_IF_ERROR(transaction.Commit());
  return generation;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LiveDatabase>> LiveDatabase::Open(const LiveDatabaseOptions& options,
                                                                 Random& random) {
  DatabaseOptions database_options;
  database_options.path = options.path;
  database_options.access = DatabaseOptions::Access::kCreate;
  database_options.synchronous = options.synchronous;
  database_options.page_bytes = kPageBytes;
  database_options.cache_kib = kCacheKib;
  database_options.pages_max = options.bytes_max / kPageBytes;
  database_options.vfs = options.vfs;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(database_options));
  RETURN_IF_ERROR(Migrate(*database, LiveSchemaSteps()));
  const std::uint64_t identity =
      options.file_identity ? options.file_identity() : FileIdentity(options.path);
  ASSIGN_OR_RETURN(const Generation generation, FindGeneration(*database, identity, random),
                   "live.db: store generation");
  auto live =
      std::unique_ptr<LiveDatabase>(new LiveDatabase(std::move(database), generation.value));
  live->restored_ = generation.restored;
  live->bytes_max_ = options.bytes_max;
  return live;
}

absl::StatusOr<std::vector<Watermark>> LiveDatabase::Watermarks() {
  std::vector<Watermark> out;
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare("SELECT agent, epoch, rank, sequence, chain, next_ordinal, "
                                      "generation FROM watermark ORDER BY agent, rank"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return out;
    ASSIGN_OR_RETURN(const Sha256Digest chain, DigestFrom(read.Blob(4)));
    out.push_back({std::string(read.Text(0)), read.Uint64(1), read.Int64(2), read.Uint64(3), chain,
                   read.Uint64(5), read.Uint64(6)});
  }
}

absl::StatusOr<std::vector<AgentBookmark>> LiveDatabase::Bookmarks() {
  std::vector<AgentBookmark> out;
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare("SELECT agent, position FROM bookmark ORDER BY 1"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return out;
    v1::Bookmark message;
    const absl::string_view bytes = read.Blob(1);
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError("live.db: a bookmark does not parse");
    }
    ASSIGN_OR_RETURN(Bookmark bookmark, FromWire(message), "live.db: bookmark");
    out.push_back({std::string(read.Text(0)), std::move(bookmark)});
  }
}

absl::StatusOr<std::vector<Gap>> LiveDatabase::RefillingGaps() {
  std::vector<Gap> out;
  ASSIGN_OR_RETURN(
      Statement read,
      database_->Prepare("SELECT id, agent, site, source, epoch, from_ns, to_ns, count, "
                         "reason, first_sequence, last_sequence, refilled_through FROM gap "
                         "WHERE state = ?1 ORDER BY id"));
  read.BindInt64(1, static_cast<std::int64_t>(GapState::kRefilling));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return out;
    out.push_back({read.Int64(0), std::string(read.Text(1)), std::string(read.Text(2)),
                   std::string(read.Text(3)), read.Uint64(4), read.Int64(5), read.Int64(6),
                   read.Uint64(7), std::string(read.Text(8)), GapState::kRefilling, read.Uint64(9),
                   read.Uint64(10), read.Uint64(11)});
  }
}

absl::StatusOr<std::int64_t> LiveDatabase::QuarantinedBytes(absl::string_view agent) {
  ASSIGN_OR_RETURN(Statement read, database_->Prepare("SELECT coalesce(sum(length(payload)), 0) "
                                                      "FROM quarantine WHERE agent = ?1"));
  read.BindText(1, agent);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? read.Int64(0) : 0;
}

absl::Status LiveDatabase::ForEachTailGroup(const TailVisit& visit) {
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare("SELECT id, commit_group FROM tail ORDER BY id"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return absl::OkStatus();
    v1::TailGroup group;
    const absl::string_view bytes = read.Blob(1);
    if (!group.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError(
          absl::StrCat("live.db: tail row ", read.Int64(0), " does not parse"));
    }
    RETURN_IF_ERROR(visit(read.Int64(0), group));
  }
}

absl::Status LiveDatabase::Begin() {
  DIMS_CHECK(!transaction_);
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  transaction_.emplace(std::move(transaction));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::int64_t>> LiveDatabase::Write(CommitGroup& group) {
  DIMS_CHECK(transaction_.has_value());
  RETURN_IF_ERROR(WriteWatermarks(group.watermarks), "live.db: watermarks");
  RETURN_IF_ERROR(WriteBookmarks(group.bookmarks), "live.db: bookmarks");
  RETURN_IF_ERROR(WriteGaps(group), "live.db: gaps");
  RETURN_IF_ERROR(WriteQuarantines(group.quarantines), "live.db: quarantine");
  std::vector<std::int64_t> ids;
  for (const v1::TailGroup& tail : group.tails) {
    const std::string bytes = tail.SerializeAsString();
    ASSIGN_OR_RETURN(Statement insert,
                     database_->Prepare("INSERT INTO tail(commit_group) VALUES(?1)"));
    insert.BindBlobView(1, bytes);
    RETURN_IF_ERROR(insert.Run(), "live.db: tail");
    ids.push_back(database_->last_insert_rowid());
  }
  return ids;
}

absl::Status LiveDatabase::WriteWatermarks(const std::vector<Watermark>& watermarks) {
  for (const Watermark& mark : watermarks) {
    ASSIGN_OR_RETURN(
        Statement write,
        database_->Prepare("INSERT OR REPLACE INTO watermark VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    write.BindText(1, mark.agent);
    write.BindUint64(2, mark.epoch);
    write.BindInt64(3, mark.rank);
    write.BindUint64(4, mark.sequence);
    write.BindBlob(5, BytesOf(mark.chain));
    write.BindUint64(6, mark.next_ordinal);
    write.BindUint64(7, mark.generation);
    RETURN_IF_ERROR(write.Run());
  }
  return absl::OkStatus();
}

absl::Status LiveDatabase::WriteBookmarks(const std::vector<AgentBookmark>& bookmarks) {
  for (const AgentBookmark& entry : bookmarks) {
    const std::string position = ToWire(entry.bookmark).SerializeAsString();
    ASSIGN_OR_RETURN(Statement write,
                     database_->Prepare("INSERT OR REPLACE INTO bookmark VALUES(?1, ?2, ?3)"));
    write.BindText(1, entry.agent);
    write.BindText(2, entry.bookmark.source);
    write.BindBlob(3, position);
    RETURN_IF_ERROR(write.Run());
  }
  return absl::OkStatus();
}

absl::Status LiveDatabase::WriteGaps(CommitGroup& group) {
  for (Gap& gap : group.new_gaps) {
    if (gap.count == 0) continue;  // opened and refilled within the group
    ASSIGN_OR_RETURN(const std::size_t listed, CountGaps(gap.agent));
    const bool overflows = listed >= kGapsPerAgentMax && gap.state == GapState::kFinal;
    RETURN_IF_ERROR(overflows ? AddToOverflow(gap) : InsertGap(gap));
  }
  for (const Gap& gap : group.changed_gaps) RETURN_IF_ERROR(ChangeGap(gap));
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> LiveDatabase::CountGaps(const std::string& agent) {
  if (!gaps_of_) {
    gaps_of_.emplace();
    ASSIGN_OR_RETURN(Statement read,
                     database_->Prepare("SELECT agent, count(*) FROM gap GROUP BY agent"));
    while (true) {
      const absl::StatusOr<bool> found = read.Step();
      if (!found.ok()) gaps_of_.reset();
      RETURN_IF_ERROR(found.status());
      if (!*found) break;
      (*gaps_of_)[std::string(read.Text(0))] = static_cast<std::size_t>(read.Int64(1));
    }
  }
  return (*gaps_of_)[agent];
}

absl::Status LiveDatabase::InsertGap(Gap& gap) {
  ASSIGN_OR_RETURN(
      Statement insert,
      database_->Prepare(
          "INSERT INTO gap(agent, site, source, epoch, from_ns, to_ns, count, reason, state, "
          "first_sequence, last_sequence, refilled_through) "
          "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"));
  insert.BindText(1, gap.agent);
  insert.BindText(2, gap.site);
  insert.BindText(3, gap.source);
  insert.BindUint64(4, gap.epoch);
  insert.BindInt64(5, gap.from_ns);
  insert.BindInt64(6, gap.to_ns);
  insert.BindUint64(7, std::min(gap.count, kGapRowsMax));
  insert.BindText(8, gap.reason);
  insert.BindInt64(9, static_cast<std::int64_t>(gap.state));
  insert.BindUint64(10, gap.first_sequence);
  insert.BindUint64(11, gap.last_sequence);
  insert.BindUint64(12, gap.refilled_through);
  RETURN_IF_ERROR(insert.Run());
  gap.id = database_->last_insert_rowid();
  ++(*gaps_of_)[gap.agent];
  return absl::OkStatus();
}

// One row an agent that counts the events of all gaps beyond the listed ones.
absl::Status LiveDatabase::AddToOverflow(const Gap& gap) {
  ASSIGN_OR_RETURN(
      Statement add,
      database_->Prepare("UPDATE gap SET count = min(count + ?3, ?4), from_ns = min(from_ns, ?5), "
                         "to_ns = max(to_ns, ?6) WHERE agent = ?1 AND reason = ?2"));
  add.BindText(1, gap.agent);
  add.BindText(2, kGapOverflowReason);
  add.BindUint64(3, std::min(gap.count, kGapRowsMax));
  add.BindUint64(4, kGapRowsMax);
  add.BindInt64(5, gap.from_ns);
  add.BindInt64(6, gap.to_ns);
  RETURN_IF_ERROR(add.Run());
  if (database_->changes_count() > 0) return absl::OkStatus();
  Gap overflow = gap;
  overflow.source.clear();
  overflow.epoch = 0;
  overflow.reason = std::string(kGapOverflowReason);
  return InsertGap(overflow);
}

absl::Status LiveDatabase::ChangeGap(const Gap& gap) {
  ASSIGN_OR_RETURN(Statement change,
                   gap.count == 0 ? database_->Prepare("DELETE FROM gap WHERE id = ?1")
                                  : database_->Prepare("UPDATE gap SET count = ?2, state = ?3, "
                                                       "reason = ?4, to_ns = ?5, "
                                                       "last_sequence = ?6, "
                                                       "refilled_through = ?7 WHERE id = ?1"));
  change.BindInt64(1, gap.id);
  if (gap.count == 0) {
    gaps_of_.reset();  // counted again before the next gap
    return change.Run();
  }
  change.BindUint64(2, std::min(gap.count, kGapRowsMax));
  change.BindInt64(3, static_cast<std::int64_t>(gap.state));
  change.BindText(4, gap.reason);
  change.BindInt64(5, gap.to_ns);
  change.BindUint64(6, gap.last_sequence);
  change.BindUint64(7, gap.refilled_through);
  return change.Run();
}

absl::Status LiveDatabase::WriteQuarantines(const std::vector<Quarantine>& quarantines) {
  for (const Quarantine& entry : quarantines) {
    ASSIGN_OR_RETURN(
        Statement insert,
        database_->Prepare(
            "INSERT INTO quarantine(agent, site, epoch, sequence, rows, reason, digest, payload) "
            "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
    insert.BindText(1, entry.agent);
    insert.BindText(2, entry.site);
    insert.BindUint64(3, entry.epoch);
    insert.BindUint64(4, entry.sequence);
    insert.BindInt64(5, entry.rows);
    insert.BindText(6, entry.reason);
    insert.BindBlob(7, BytesOf(entry.digest));
    insert.BindBlobView(8, entry.payload);
    RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LiveDatabase::Raise(Alert& alert) {
  DIMS_CHECK(transaction_.has_value());
  ASSIGN_OR_RETURN(Statement insert,
                   database_->Prepare("INSERT OR IGNORE INTO alert(raised_ns, rule, key, "
                                      "window_start_ns, title, sites, evidence, tlp) "
                                      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  insert.BindInt64(1, alert.raised_ns);
  insert.BindText(2, alert.rule);
  insert.BindText(3, alert.key);
  insert.BindInt64(4, alert.window_start_ns);
  insert.BindText(5, alert.title);
  insert.BindText(6, absl::StrJoin(alert.sites, "\n"));
  insert.BindText(7, absl::StrJoin(alert.evidence, "\n"));
  insert.BindInt64(8, static_cast<std::int64_t>(alert.tlp));
  RETURN_IF_ERROR(insert.Run(), "live.db: alert");
  if (database_->changes_count() == 0) return false;
  alert.id = database_->last_insert_rowid();
  return true;
}

absl::Status LiveDatabase::SetStoreGeneration(std::uint64_t generation) {
  DIMS_CHECK(transaction_.has_value());
  RETURN_IF_ERROR(WriteMeta(*database_, kGeneration, generation));
  drawn_generation_ = generation;
  return absl::OkStatus();
}

absl::Status LiveDatabase::Commit() {
  DIMS_CHECK(transaction_.has_value());
  const absl::Status committed = transaction_->Commit();
  transaction_.reset();
  if (!committed.ok()) gaps_of_.reset();
  if (committed.ok() && drawn_generation_ != 0) store_generation_ = drawn_generation_;
  drawn_generation_ = 0;
  return committed;
}

void LiveDatabase::Abandon() {
  gaps_of_.reset();
  transaction_.reset();
  drawn_generation_ = 0;
}

absl::StatusOr<std::optional<std::string>> LiveDatabase::Get(absl::string_view rule,
                                                             absl::string_view key) {
  ASSIGN_OR_RETURN(Statement read, database_->Prepare("SELECT value FROM window_state "
                                                      "WHERE rule = ?1 AND key = ?2"));
  read.BindText(1, rule);
  read.BindText(2, key);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::nullopt;
  return std::string(read.Blob(0));
}

absl::Status LiveDatabase::Put(absl::string_view rule, absl::string_view key,
                               absl::string_view value, std::int64_t expires_ns) {
  DIMS_CHECK(transaction_.has_value());
  ASSIGN_OR_RETURN(
      Statement write,
      database_->Prepare("INSERT OR REPLACE INTO window_state VALUES(?1, ?2, ?3, ?4)"));
  write.BindText(1, rule);
  write.BindText(2, key);
  write.BindBlob(3, value);
  write.BindInt64(4, expires_ns);
  return write.Run();
}

absl::Status LiveDatabase::ForgetExpiredWindows(std::int64_t now_ns) {
  ASSIGN_OR_RETURN(Statement remove,
                   database_->Prepare("DELETE FROM window_state WHERE expires_ns < ?1"));
  remove.BindInt64(1, now_ns);
  return remove.Run();
}

absl::StatusOr<std::vector<LedgerRow>> LiveDatabase::Rows() {
  std::vector<LedgerRow> out;
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare("SELECT block, day, rows, digest, sealed_upto FROM ledger "
                                      "ORDER BY day, block"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return out;
    ASSIGN_OR_RETURN(const Sha256Digest digest, DigestFrom(read.Blob(3)));
    out.push_back({std::string(read.Text(0)), read.Int64(1),
                   static_cast<std::uint32_t>(read.Int64(2)), digest, read.Int64(4)});
  }
}

absl::Status LiveDatabase::RecordSealed(std::span<const LedgerRow> rows,
                                        std::span<const std::int64_t> covered_tail_ids) {
  DIMS_CHECK(!transaction_);
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  for (const LedgerRow& row : rows) {
    ASSIGN_OR_RETURN(Statement insert,
                     database_->Prepare("INSERT INTO ledger VALUES(?1, ?2, ?3, ?4, ?5)"));
    insert.BindText(1, row.block);
    insert.BindInt64(2, row.day);
    insert.BindInt64(3, row.rows);
    insert.BindBlob(4, BytesOf(row.digest));
    insert.BindInt64(5, row.sealed_upto);
    RETURN_IF_ERROR(insert.Run(), "live.db: ledger");
  }
  for (const std::int64_t id : covered_tail_ids) {
    ASSIGN_OR_RETURN(Statement remove, database_->Prepare("DELETE FROM tail WHERE id = ?1"));
    remove.BindInt64(1, id);
    RETURN_IF_ERROR(remove.Run(), "live.db: tail");
  }
  return transaction.Commit();
}

absl::Status LiveDatabase::Forget(std::span<const std::string> blocks) {
  DIMS_CHECK(!transaction_);
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  for (const std::string& block : blocks) {
    ASSIGN_OR_RETURN(Statement remove, database_->Prepare("DELETE FROM ledger WHERE block = ?1"));
    remove.BindText(1, block);
    RETURN_IF_ERROR(remove.Run(), "live.db: ledger");
  }
  return transaction.Commit();
}

bool LiveDatabase::HasRoom() {
  if (bytes_max_ == 0) return true;
  const absl::StatusOr<Size> size = MeasureSize();
  return !size.ok() || size->live_bytes < bytes_max_ / 10 * 9;
}

absl::StatusOr<LiveDatabase::Size> LiveDatabase::MeasureSize() {
  ASSIGN_OR_RETURN(const std::int64_t pages, database_->QueryInt64("PRAGMA page_count"));
  ASSIGN_OR_RETURN(const std::int64_t free, database_->QueryInt64("PRAGMA freelist_count"));
  ASSIGN_OR_RETURN(const std::int64_t page_bytes, database_->QueryInt64("PRAGMA page_size"));
  return Size{(pages - free) * page_bytes, free * page_bytes};
}

}  // namespace dims

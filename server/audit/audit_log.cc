// SPDX-License-Identifier: Apache-2.0
#include "server/audit/audit_log.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"
#include "common/sqlite/migration.h"
#include "common/sqlite/statement.h"
#include "common/sqlite/transaction.h"

namespace dims {
namespace {

constexpr std::array<absl::string_view, 1> kSchema = {R"(
CREATE TABLE entry(
  number INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
  object TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, chain BLOB NOT NULL) STRICT;
)"};

constexpr absl::string_view kColumns = "number, at_ns, who, act, object, outcome, detail, chain";

AuditHead Start() {
  return {0, Sha256("dims-audit-v1")};
}

std::string Cut(absl::string_view text, std::size_t bytes_max) {
  constexpr absl::string_view kDots = "...";
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t kept = bytes_max - kDots.size();
  while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xc0) == 0x80) --kept;
  return absl::StrCat(text.substr(0, kept), kDots);
}

AuditEntry WithinLimits(const AuditEntry& entry) {
  return {Cut(entry.who, kAuditTextBytesMax), Cut(entry.act, kAuditTextBytesMax),
          Cut(entry.object, kAuditTextBytesMax), Cut(entry.outcome, kAuditTextBytesMax),
          Cut(entry.detail, kAuditDetailBytesMax)};
}

Sha256Digest ChainOf(const Sha256Digest& before, const AuditRow& row) {
  std::string bytes(BytesOf(before));
  AppendLittleEndian(bytes, row.number);
  AppendLittleEndian(bytes, absl::ToUnixNanos(row.at));
  const AuditEntry& entry = row.entry;
  for (const std::string* text :
       {&entry.who, &entry.act, &entry.object, &entry.outcome, &entry.detail}) {
    AppendLittleEndian(bytes, static_cast<std::uint32_t>(text->size()));
    bytes.append(*text);
  }
  return Sha256(bytes);
}

AuditRow RowOf(const Statement& row) {
  return {row.Uint64(0),
          absl::FromUnixNanos(row.Int64(1)),
          {std::string(row.Text(2)), std::string(row.Text(3)), std::string(row.Text(4)),
           std::string(row.Text(5)), std::string(row.Text(6))}};
}

absl::Status Insert(Database& database, const AuditRow& row, const Sha256Digest& chain) {
  ASSIGN_OR_RETURN(Statement insert,
                   database.Prepare("INSERT INTO entry VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  insert.BindUint64(1, row.number);
  insert.BindInt64(2, absl::ToUnixNanos(row.at));
  insert.BindText(3, row.entry.who);
  insert.BindText(4, row.entry.act);
  insert.BindText(5, row.entry.object);
  insert.BindText(6, row.entry.outcome);
  insert.BindText(7, row.entry.detail);
  insert.BindBlob(8, BytesOf(chain));
  return insert.Run();
}

absl::Status Broken(std::uint64_t number, absl::string_view how) {
  return absl::DataLossError(
      absl::StrCat("audit.db: row ", number, " ", how,
                   ": somebody changed the log, or the disk did; compare it with a backup"));
}

// What `row` must be after `head`; the head it leads to.
absl::StatusOr<AuditHead> Follow(const AuditHead& head, const Statement& row) {
  const AuditRow read = RowOf(row);
  if (read.number != head.number + 1) return Broken(head.number + 1, "is missing");
  const AuditHead next = {read.number, ChainOf(head.chain, read)};
  if (row.Blob(7) != BytesOf(next.chain)) return Broken(read.number, "does not match its chain");
  return next;
}

absl::Status CheckPasses(const AuditHead& at, const std::optional<AuditHead>& known) {
  if (!known || known->number != at.number || known->chain == at.chain) return absl::OkStatus();
  return Broken(at.number, "is not the one of the head that was kept");
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path, Clock& clock,
                                                         absl::string_view vfs) {
  DatabaseOptions options;
  options.path = path;
  options.access = DatabaseOptions::Access::kCreate;
  options.vfs = std::string(vfs);
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  RETURN_IF_ERROR(Migrate(*database, kSchema));
  std::unique_ptr<AuditLog> log(new AuditLog(options, std::move(database), clock));
  MutexLock lock(log->mutex_);
  RETURN_IF_ERROR(log->LoadHead());
  return log;
}

absl::Status AuditLog::LoadHead() {
  ASSIGN_OR_RETURN(
      Statement last,
      database_->Prepare("SELECT number, chain FROM entry ORDER BY number DESC LIMIT 1"));
  ASSIGN_OR_RETURN(const bool found, last.Step());
  head_ = Start();
  if (!found) return absl::OkStatus();
  head_.number = last.Uint64(0);
  const absl::string_view chain = last.Blob(1);
  if (chain.size() != head_.chain.size()) return Broken(head_.number, "has no chain");
  std::copy(chain.begin(), chain.end(), head_.chain.begin());
  return absl::OkStatus();
}

absl::Status AuditLog::Append(const AuditEntry& entry) {
  MutexLock lock(mutex_);
  const AuditRow row = {head_.number + 1, clock_.Now(), WithinLimits(entry)};
  const AuditHead next = {row.number, ChainOf(head_.chain, row)};
  constexpr absl::string_view kContext = "audit.db: cannot record the act, so it must not happen";
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), kContext);
  RETURN_IF_ERROR(Insert(*database_, row, next.chain), kContext);
  RETURN_IF_ERROR(transaction.Commit(), kContext);
  head_ = next;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AuditRow>> AuditLog::Page(std::uint64_t before, std::size_t rows_max) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare(absl::StrCat("SELECT ", kColumns,
                                                   " FROM entry WHERE number < ?1 "
                                                   "ORDER BY number DESC LIMIT ?2")));
  constexpr std::uint64_t kEnd = std::numeric_limits<std::int64_t>::max();
  read.BindUint64(1, before == 0 ? kEnd : std::min(before, kEnd));
  read.BindInt64(2, static_cast<std::int64_t>(std::min(rows_max, kAuditPageRowsMax)));
  std::vector<AuditRow> rows;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return rows;
    rows.push_back(RowOf(read));
  }
}

AuditHead AuditLog::Head() const {
  MutexLock lock(mutex_);
  return head_;
}

absl::StatusOr<AuditHead> AuditLog::Verify(const std::optional<AuditHead>& known) const {
  const AuditHead expected = Head();
  DatabaseOptions options = options_;
  options.access = DatabaseOptions::Access::kReadOnly;
  ASSIGN_OR_RETURN(const std::unique_ptr<Database> reader, Database::Open(options));
  ASSIGN_OR_RETURN(Statement rows, reader->Prepare(absl::StrCat("SELECT ", kColumns,
                                                                " FROM entry ORDER BY number")));
  AuditHead head = Start();
  RETURN_IF_ERROR(CheckPasses(head, known));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) break;
    ASSIGN_OR_RETURN(head, Follow(head, rows));
    RETURN_IF_ERROR(CheckPasses(head, known));
  }
  const std::uint64_t needed = std::max(expected.number, known ? known->number : 0);
  if (head.number < needed) return Broken(head.number + 1, "and what followed it were cut off");
  return head;
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/store/day_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/sqlite/migration.h"
#include "common/sqlite/transaction.h"

namespace dims {
namespace {

constexpr std::size_t kIdleReadersMax = 2;  // of one file; further ones are closed after use
constexpr int kReaderCacheKib = 256;
constexpr int kColumnBits = 10;  // of a part's id
constexpr std::size_t kNameDigestBytes = 4;
constexpr std::array<absl::string_view, 3> kCompanions = {"-wal", "-shm", ".lock"};

static_assert(kBlockColumnsMax <= 1u << kColumnBits);

constexpr std::array<absl::string_view, 1> kSchemaSteps = {
    "CREATE TABLE block(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, header BLOB NOT NULL)"
    " STRICT;"
    // id = block << 10 | column; head first, so that reading it alone touches no page of body.
    "CREATE TABLE part(id INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL) STRICT"};

std::int64_t PartId(std::int64_t block, std::uint32_t column) {
  return block << kColumnBits | column;
}

}  // namespace

DayFile::DayFile(std::string directory, DayNumber day, std::string vfs)
    : path_(absl::StrCat(directory, "/", DayFileName(day))), day_(day), vfs_(std::move(vfs)) {}

DayFile::~DayFile() {
  {
    MutexLock lock(mutex_);
    idle_.clear();
  }
  writer_.reset();
  if (!remove_) return;
  std::error_code ignored;  // what stays behind is found at the next start
  std::filesystem::remove(path_, ignored);
  for (const absl::string_view companion : kCompanions) {
    std::filesystem::remove(absl::StrCat(path_, companion), ignored);
  }
}

absl::StatusOr<std::vector<StoredHeader>> DayFile::Recover() {
  auto headers = ReadHeaders();
  // What a crash left half done is undone by a writer alone.
  if (!absl::IsPermissionDenied(headers.status())) return headers;
  RETURN_IF_ERROR(OpenWriter(), "recover");
  RETURN_IF_ERROR(CloseWriter(), "recover");
  return ReadHeaders();
}

absl::StatusOr<std::vector<StoredHeader>> DayFile::ReadHeaders() {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> reader, LeaseReader());
  ASSIGN_OR_RETURN(const std::int64_t version, reader->QueryInt64("PRAGMA user_version"));
  if (version == 0) return std::vector<StoredHeader>();  // made, and nothing written yet
  std::vector<StoredHeader> headers;
  {
    ASSIGN_OR_RETURN(Statement read,
                     reader->Prepare("SELECT id, name, header FROM block ORDER BY id"));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, read.Step());
      if (!found) break;
      headers.push_back({read.Int64(0), std::string(read.Text(1)), std::string(read.Blob(2))});
    }
  }
  ReturnReader(std::move(reader));
  return headers;
}

absl::StatusOr<StoredHeader> DayFile::Add(const EncodedBlock& block, std::int64_t id_min) {
  if (!writer_) RETURN_IF_ERROR(OpenWriter());
  StoredHeader stored;
  {
    ASSIGN_OR_RETURN(const std::int64_t last,
                     writer_->QueryInt64("SELECT coalesce(max(id), 0) FROM block"));
    stored.id = std::max(last + 1, id_min);
  }
  stored.bytes = block.header.Serialize();
  const Sha256Digest digest = DigestOfHeader(stored.bytes);
  stored.name = absl::StrCat("day-", DayName(day_), "/", stored.id, "-",
                             absl::BytesToHexString(BytesOf(digest).substr(0, kNameDigestBytes)));
  const absl::Status inserted = Insert(block, stored);
  if (!inserted.ok()) {
    // A broken connection refuses everything; the next block finds out what is on disk.
    if (writer_->broken()) writer_.reset();
    return Annotate(
        inserted, absl::StrCat(DayFileName(day_), ": add a block of ", block.header.rows, " rows"));
  }
  return stored;
}

absl::Status DayFile::Insert(const EncodedBlock& block, const StoredHeader& stored) {
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*writer_));
  {
    ASSIGN_OR_RETURN(Statement insert, writer_->Prepare("INSERT INTO block VALUES(?1, ?2, ?3)"));
    insert.BindInt64(1, stored.id);
    insert.BindText(2, stored.name);
    insert.BindBlobView(3, stored.bytes);
    RETURN_IF_ERROR(insert.Run());
  }
  for (std::uint32_t column = 0; column < block.columns.size(); ++column) {
    ASSIGN_OR_RETURN(Statement insert, writer_->Prepare("INSERT INTO part VALUES(?1, ?2, ?3)"));
    insert.BindInt64(1, PartId(stored.id, column));
    insert.BindBlobView(2, block.columns[column].head);
    insert.BindBlobView(3, block.columns[column].body);
    RETURN_IF_ERROR(insert.Run());
  }
  return transaction.Commit();
}

absl::Status DayFile::CloseWriter() {
  if (!writer_) return absl::OkStatus();
  const absl::Status checkpointed = writer_->Checkpoint(true);
  writer_.reset();
  return checkpointed;
}

// The reader is leased with the first part and given back at the end: a scan reads dozens of parts,
// all in one snapshot.
class DayFile::Parts final : public PartReader {
 public:
  Parts(std::shared_ptr<DayFile> file, std::int64_t block)
      : file_(std::move(file)), block_(block) {}

  ~Parts() override {
    snapshot_.reset();
    if (reader_ != nullptr && !failed_) file_->ReturnReader(std::move(reader_));
  }

  absl::StatusOr<std::string> Read(std::uint32_t column, ColumnPart part) override {
    if (reader_ == nullptr) RETURN_IF_ERROR(Lease());
    failed_ = true;  // until it is not: a reader that met an error is not used again
    ASSIGN_OR_RETURN(Statement read, reader_->Prepare(part == ColumnPart::kHead
                                                          ? "SELECT head FROM part WHERE id = ?1"
                                                          : "SELECT body FROM part WHERE id = ?1"));
    read.BindInt64(1, PartId(block_, column));
    ASSIGN_OR_RETURN(const bool found, read.Step());
    failed_ = false;
    if (found) return std::string(read.Blob(0));
    return absl::DataLossError(
        absl::StrCat(DayFileName(file_->day_), ": block ", block_, " lacks column ", column));
  }

 private:
  absl::Status Lease() {
    ASSIGN_OR_RETURN(std::unique_ptr<Database> reader, file_->LeaseReader());
    ASSIGN_OR_RETURN(ReadSnapshot snapshot, ReadSnapshot::Begin(*reader));
    snapshot_.emplace(std::move(snapshot));
    reader_ = std::move(reader);
    return absl::OkStatus();
  }

  std::shared_ptr<DayFile> file_;
  std::int64_t block_;
  std::unique_ptr<Database> reader_;
  std::optional<ReadSnapshot> snapshot_;  // of reader_
  bool failed_ = false;
};

std::unique_ptr<PartReader> DayFile::PartsOf(std::shared_ptr<DayFile> file, std::int64_t block) {
  return std::make_unique<Parts>(std::move(file), block);
}

std::uint64_t DayFile::MeasureBytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const std::string& path : {path_, absl::StrCat(path_, "-wal")}) {
    const auto size = std::filesystem::file_size(path, error);
    if (!error) bytes += size;
  }
  return bytes;
}

absl::StatusOr<std::unique_ptr<Database>> DayFile::LeaseReader() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Database> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return Database::Open(OptionsFor(DatabaseOptions::Access::kReadOnly));
}

void DayFile::ReturnReader(std::unique_ptr<Database> reader) {
  MutexLock lock(mutex_);
  if (idle_.size() < kIdleReadersMax) idle_.push_back(std::move(reader));
}

absl::Status DayFile::OpenWriter() {
  ASSIGN_OR_RETURN(writer_, Database::Open(OptionsFor(DatabaseOptions::Access::kCreate)));
  const absl::Status migrated = Migrate(*writer_, kSchemaSteps);
  if (!migrated.ok()) writer_.reset();
  return migrated;
}

DatabaseOptions DayFile::OptionsFor(DatabaseOptions::Access access) const {
  DatabaseOptions options;
  options.path = path_;
  options.access = access;
  options.vfs = vfs_;
  options.cache_kib = access == DatabaseOptions::Access::kReadOnly ? kReaderCacheKib : 2048;
  return options;
}

}  // namespace dims

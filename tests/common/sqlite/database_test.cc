// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/sqlite/transaction.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using Access = DatabaseOptions::Access;
using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseOptions Options(Access access) {
    DatabaseOptions options;
    options.path = directory_ / "test.db";
    options.access = access;
    options.busy_timeout = absl::ZeroDuration();
    return options;
  }

  std::unique_ptr<Database> Create() { return Database::Open(Options(Access::kCreate)).value(); }

  static absl::Status Insert(Database& database, absl::string_view value) {
    absl::StatusOr<Statement> insert = database.Prepare("INSERT INTO word(text) VALUES(?1)");
    if (!insert.ok()) return insert.status();
    insert->BindText(1, value);
    return insert->Run();
  }

  static std::int64_t Number(Database& database, absl::string_view sql) {
    return database.QueryInt64(sql).value();
  }

  TemporaryDirectory directory_;
};

TEST_F(DatabaseTest, KeepsWhatWasWrittenAcrossReopening) {
  {
    auto database = Create();
    ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
    ASSERT_TRUE(Insert(*database, "kept").ok());
  }
  EXPECT_EQ(Number(*Create(), "SELECT count(*) FROM word WHERE text = 'kept'"), 1);
}

TEST_F(DatabaseTest, IsDurableAndHardened) {
  auto database = Create();
  EXPECT_EQ(Number(*database, "PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(Number(*database, "PRAGMA mmap_size"), 0);
  EXPECT_EQ(Number(*database, "PRAGMA trusted_schema"), 0);
  EXPECT_EQ(Number(*database, "PRAGMA cell_size_check"), 1);
  EXPECT_EQ(Number(*database, "PRAGMA temp_store"), 2);  // memory
  EXPECT_EQ(Number(*database, "PRAGMA wal_autocheckpoint"), 0);
  ASSERT_TRUE(database->Execute("PRAGMA writable_schema=ON; CREATE TABLE word(text)").ok());
  EXPECT_FALSE(database->Execute("DELETE FROM sqlite_schema").ok());  // defensive
}

TEST_F(DatabaseTest, RefusesASecondWriter) {
  auto first = Create();
  const auto second = Database::Open(Options(Access::kReadWrite));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process writes"));
  first.reset();
  EXPECT_TRUE(Database::Open(Options(Access::kReadWrite)).ok());
}

TEST_F(DatabaseTest, MakesFilesOnlyItsOwnerReads) {
  auto database = Create();
  ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
  for (const char* name : {"test.db", "test.db-wal", "test.db-shm", "test.db.lock"}) {
    struct stat found = {};
    ASSERT_EQ(::stat((directory_ / name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0777, 0600U) << name;
  }
}

TEST_F(DatabaseTest, ReaderSeesCommitsButCannotWrite) {
  auto writer = Create();
  ASSERT_TRUE(writer->Execute("CREATE TABLE word(text TEXT)").ok());
  auto reader = Database::Open(Options(Access::kReadOnly)).value();
  ASSERT_TRUE(Insert(*writer, "one").ok());
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM word"), 1);
  EXPECT_EQ(Insert(*reader, "two").code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(DatabaseTest, ReaderThatClosesLastLeavesTheWalToTheWriter) {
  auto writer = Create();
  ASSERT_TRUE(writer->Execute("CREATE TABLE word(text TEXT)").ok());
  auto reader = Database::Open(Options(Access::kReadOnly)).value();
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM word"), 0);
  const auto size = std::filesystem::file_size(directory_ / "test.db-wal");
  reader.reset();
  EXPECT_EQ(std::filesystem::file_size(directory_ / "test.db-wal"), size);
}

TEST_F(DatabaseTest, SaysWhichFileIsMissing) {
  const auto database = Database::Open(Options(Access::kReadOnly));
  EXPECT_EQ(database.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(database.status().message()), HasSubstr("test.db: open"));
}

TEST_F(DatabaseTest, CallsAFileThatIsNoDatabaseDataLoss) {
  std::ofstream(directory_ / "test.db") << std::string(8192, 'x');
  const auto database = Database::Open(Options(Access::kReadWrite));
  EXPECT_EQ(database.status().code(), absl::StatusCode::kDataLoss) << database.status();
}

TEST_F(DatabaseTest, QuickCheckFindsAZeroedPage) {
  {
    auto database = Create();
    ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(Insert(*database, std::string(500, 'w')).ok());
    EXPECT_TRUE(database->QuickCheck().ok());
  }
  std::fstream file(directory_ / "test.db", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, '\0');
  file.close();
  auto database = Database::Open(Options(Access::kReadWrite)).value();
  EXPECT_EQ(database->QuickCheck().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DatabaseTest, StopsAtItsPageLimitWithNothingWritten) {
  DatabaseOptions options = Options(Access::kCreate);
  options.pages_max = 16;
  auto database = Database::Open(options).value();
  ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
  EXPECT_EQ(Insert(*database, std::string(100'000, 'x')).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Number(*database, "SELECT count(*) FROM word"), 0);
  EXPECT_FALSE(database->broken());
  EXPECT_TRUE(Insert(*database, "small").ok());
}

TEST_F(DatabaseTest, GivesBackEveryTypeAsItWasBound) {
  auto database = Create();
  const std::string bytes("\0\xff\0", 3);
  Statement row = database->Prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7").value();
  row.BindInt64(1, -5);
  row.BindUint64(2, ~std::uint64_t{0});
  row.BindDouble(3, 0.5);
  row.BindText(4, "Zürich");
  row.BindBlob(5, bytes);
  row.BindBlobView(6, absl::string_view());
  row.BindNull(7);
  ASSERT_TRUE(row.Step().value());
  EXPECT_EQ(row.Int64(0), -5);
  EXPECT_EQ(row.Uint64(1), ~std::uint64_t{0});
  EXPECT_EQ(row.Double(2), 0.5);
  EXPECT_EQ(row.Text(3), "Zürich");
  EXPECT_EQ(row.Blob(4), absl::string_view(bytes.data(), bytes.size()));
  EXPECT_EQ(row.Blob(5), "");
  EXPECT_FALSE(row.IsNull(5));
  EXPECT_TRUE(row.IsNull(6));
}

TEST_F(DatabaseTest, ReportsABindBeyondTheParametersAtTheStep) {
  auto database = Create();
  Statement row = database->Prepare("SELECT ?1").value();
  row.BindInt64(2, 1);
  EXPECT_EQ(row.Step().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(DatabaseTest, NamesFileAndStatementInErrors) {
  auto database = Create();
  const absl::Status status = database->Prepare("SELECT nothing FROM nowhere").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("test.db: SELECT nothing FROM nowhere"));
}

TEST_F(DatabaseTest, CallsARepeatedKeyAlreadyExists) {
  auto database = Create();
  ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT PRIMARY KEY)").ok());
  ASSERT_TRUE(Insert(*database, "a").ok());
  EXPECT_EQ(Insert(*database, "a").code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(DatabaseTest, CommitCheckpointsOnceTheWalIsLarge) {
  DatabaseOptions options = Options(Access::kCreate);
  options.checkpoint_pages = 8;
  auto database = Database::Open(options).value();
  ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
  for (int i = 0; i < 50; ++i) {
    Transaction transaction = Transaction::Begin(*database).value();
    ASSERT_TRUE(Insert(*database, std::string(4000, 'w')).ok());
    ASSERT_TRUE(transaction.Commit().ok());
    EXPECT_LE(database->wal_pages(), 8 + 4);
  }
  EXPECT_GT(std::filesystem::file_size(directory_ / "test.db"), 40U * 4096);
}

TEST_F(DatabaseTest, CheckpointGoesOnBesideAReader) {
  auto writer = Create();
  ASSERT_TRUE(writer->Execute("CREATE TABLE word(text TEXT)").ok());
  ASSERT_TRUE(Insert(*writer, "old").ok());
  auto reader = Database::Open(Options(Access::kReadOnly)).value();
  ReadSnapshot snapshot = ReadSnapshot::Begin(*reader).value();
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM word"), 1);
  ASSERT_TRUE(Insert(*writer, "new").ok());
  EXPECT_TRUE(writer->Checkpoint(true).ok());
  EXPECT_EQ(Number(*reader, "SELECT count(*) FROM word"), 1);
}

TEST_F(DatabaseTest, CopyIsADatabaseOfItsOwn) {
  auto database = Create();
  ASSERT_TRUE(database->Execute("CREATE TABLE word(text TEXT)").ok());
  ASSERT_TRUE(Insert(*database, "copied").ok());
  ASSERT_TRUE(database->CopyTo(directory_ / "copy.db").ok());
  DatabaseOptions options = Options(Access::kReadWrite);
  options.path = directory_ / "copy.db";
  auto copy = Database::Open(options).value();
  EXPECT_EQ(Number(*copy, "SELECT count(*) FROM word"), 1);
}

}  // namespace
}  // namespace dims

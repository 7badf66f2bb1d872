// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/transaction.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "common/sqlite/migration.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() {
    DatabaseOptions options;
    options.path = directory_ / "test.db";
    options.access = DatabaseOptions::Access::kCreate;
    database_ = Database::Open(options).value();
  }

  void Run(absl::string_view sql) {
    const absl::Status status = database_->Execute(sql);
    EXPECT_TRUE(status.ok()) << status;
  }

  std::int64_t Number(absl::string_view sql) { return database_->QueryInt64(sql).value(); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST_F(TransactionTest, RollsBackAtTheEndOfItsScope) {
  Run("CREATE TABLE word(text TEXT)");
  {
    Transaction transaction = Transaction::Begin(*database_).value();
    Run("INSERT INTO word VALUES('gone')");
  }
  EXPECT_EQ(Number("SELECT count(*) FROM word"), 0);
}

TEST_F(TransactionTest, CommitsOnceWhenMoved) {
  Run("CREATE TABLE word(text TEXT)");
  Transaction first = Transaction::Begin(*database_).value();
  Transaction second = std::move(first);
  Run("INSERT INTO word VALUES('kept')");
  ASSERT_TRUE(second.Commit().ok());
  EXPECT_EQ(Number("SELECT count(*) FROM word"), 1);
}

TEST_F(TransactionTest, SaysSoWhenAnErrorHadRolledItBack) {
  Transaction transaction = Transaction::Begin(*database_).value();
  Run("ROLLBACK");
  EXPECT_EQ(transaction.Commit().code(), absl::StatusCode::kAborted);
}

TEST_F(TransactionTest, MigrateRunsEachStepOnce) {
  const std::array<absl::string_view, 2> steps = {
      "CREATE TABLE word(text TEXT)", "ALTER TABLE word ADD COLUMN language TEXT DEFAULT 'en'"};
  ASSERT_TRUE(Migrate(*database_, std::span(steps).first(1)).ok());
  Run("INSERT INTO word VALUES('kept')");
  ASSERT_TRUE(Migrate(*database_, steps).ok());
  ASSERT_TRUE(Migrate(*database_, steps).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 2);
  EXPECT_EQ(Number("SELECT count(*) FROM word WHERE language = 'en'"), 1);
}

TEST_F(TransactionTest, MigrateLeavesTheFormerVersionWhenAStepFails) {
  const std::array<absl::string_view, 2> steps = {"CREATE TABLE word(text TEXT)",
                                                  "CREATE TABLE half(a); CREATE TABLE word(b)"};
  EXPECT_FALSE(Migrate(*database_, steps).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 1);
  EXPECT_EQ(Number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

TEST_F(TransactionTest, MigrateRefusesAFileOfANewerProgram) {
  Run("PRAGMA user_version = 9");
  const std::array<absl::string_view, 1> steps = {"CREATE TABLE word(text TEXT)"};
  EXPECT_EQ(Migrate(*database_, steps).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Number("SELECT count(*) FROM sqlite_schema"), 0);
}

}  // namespace
}  // namespace dims

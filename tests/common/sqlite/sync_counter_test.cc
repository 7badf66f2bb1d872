// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/sync_counter.h"

#include <gtest/gtest.h>

#include "common/sqlite/database.h"
#include "common/sqlite/transaction.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

class SyncCounterTest : public ::testing::Test {
 protected:
  SyncCounterTest() { Open(DatabaseOptions::Synchronous::kFull); }

  void Open(DatabaseOptions::Synchronous synchronous) {
    database_.reset();
    DatabaseOptions options;
    options.path = directory_ / "a.db";
    options.access = DatabaseOptions::Access::kCreate;
    options.synchronous = synchronous;
    database_ = Database::Open(options).value();
    ASSERT_TRUE(database_->Execute("CREATE TABLE IF NOT EXISTS t(a)").ok());
    Commit();  // the first commit of a log also syncs its header
  }

  void Commit() {
    Transaction transaction = Transaction::Begin(*database_).value();
    ASSERT_TRUE(database_->Execute("INSERT INTO t VALUES(1)").ok());
    ASSERT_TRUE(transaction.Commit().ok());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST_F(SyncCounterTest, ADurableCommitIsOneSyncAndAReadNone) {
  const std::uint64_t before = SyncsCounted();
  Commit();
  EXPECT_EQ(SyncsCounted(), before + 1);
  EXPECT_EQ(database_->QueryInt64("SELECT count(*) FROM t").value(), 2);
  EXPECT_EQ(SyncsCounted(), before + 1);
}

TEST_F(SyncCounterTest, ACommitThatPromisesLessCostsNone) {
  Open(DatabaseOptions::Synchronous::kNormal);
  const std::uint64_t before = SyncsCounted();
  Commit();
  EXPECT_EQ(SyncsCounted(), before);
}

TEST_F(SyncCounterTest, ACheckpointIsCountedToo) {
  const std::uint64_t before = SyncsCounted();
  ASSERT_TRUE(database_->Checkpoint().ok());
  EXPECT_GT(SyncsCounted(), before);
}

}  // namespace
}  // namespace dims

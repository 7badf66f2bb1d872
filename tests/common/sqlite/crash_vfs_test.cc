// SPDX-License-Identifier: Apache-2.0
// The disk that forgets, tested with the real SQLite: it must never break what SQLite promises, and
// must break what SQLite does not promise. A fake disk that cannot fail proves nothing.
#include "tests/support/crash_vfs.h"

#include <gtest/gtest.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/sqlite/database.h"
#include "common/sqlite/transaction.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

constexpr std::uint64_t kSeeds = 300;

using Synchronous = DatabaseOptions::Synchronous;
using Fault = CrashVfs::Fault;
using Persistence = CrashVfs::Persistence;

// A table of numbers 1, 2, 3 ... on a disk of its own.
class Numbers {
 public:
  Numbers(const TemporaryDirectory& directory, std::uint64_t seed, Synchronous synchronous)
      : disk_(seed), synchronous_(synchronous), path_(directory / absl::StrCat(seed, ".db")) {}

  CrashVfs& disk() { return disk_; }

  absl::Status Open() {
    database_.reset();
    DatabaseOptions options;
    options.path = path_;
    options.access = DatabaseOptions::Access::kCreate;
    options.synchronous = synchronous_;
    options.checkpoint_pages = 10;
    options.vfs = disk_.name();
    absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
    if (!database.ok()) return database.status();
    database_ = *std::move(database);
    return database_->Execute("CREATE TABLE IF NOT EXISTS number(n INTEGER, filler BLOB)");
  }

  absl::Status Add(std::int64_t n) {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(*database_);
    if (!transaction.ok()) return transaction.status();
    {
      absl::StatusOr<Statement> insert =
          database_->Prepare("INSERT INTO number VALUES(?1, zeroblob(5000))");
      if (!insert.ok()) return insert.status();
      insert->BindInt64(1, n);
      const absl::Status status = insert->Run();
      if (!status.ok()) return status;
    }
    return transaction->Commit();
  }

  // How many numbers from 1 on are there without a hole; nothing when they are not 1..n or the file
  // is damaged.
  std::optional<std::int64_t> Count() {
    if (!database_->QuickCheck().ok()) return std::nullopt;
    const auto count = database_->QueryInt64("SELECT count(DISTINCT n) FROM number");
    const auto last = database_->QueryInt64("SELECT coalesce(max(n), 0) FROM number");
    if (!count.ok() || !last.ok() || *count != *last) return std::nullopt;
    return *count;
  }

 private:
  CrashVfs disk_;
  Synchronous synchronous_;
  std::string path_;
  std::unique_ptr<Database> database_;
};

class CrashVfsTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(CrashVfsTest, EveryFullCommitSurvivesAPowerCutAtAnySync) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Numbers numbers(directory_, seed, Synchronous::kFull);
    ASSERT_TRUE(numbers.Open().ok());
    numbers.disk().CutPowerAtSync(1 + seed % 40);
    std::int64_t committed = 0;
    while (committed < 60 && numbers.Add(committed + 1).ok()) ++committed;
    ASSERT_TRUE(numbers.disk().power_was_cut()) << "void run, seed " << seed;
    ASSERT_TRUE(numbers.Open().ok()) << "seed " << seed;
    const std::optional<std::int64_t> found = numbers.Count();
    ASSERT_TRUE(found.has_value()) << "seed " << seed;
    EXPECT_TRUE(*found == committed || *found == committed + 1) << "seed " << seed;
  }
}

TEST_F(CrashVfsTest, EveryFullCommitSurvivesAPowerCutAtAnyWrite) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Numbers numbers(directory_, seed, Synchronous::kFull);
    ASSERT_TRUE(numbers.Open().ok());
    numbers.disk().CutPowerAtWrite(1 + seed % 150);
    std::int64_t committed = 0;
    while (committed < 80 && numbers.Add(committed + 1).ok()) ++committed;
    ASSERT_TRUE(numbers.disk().power_was_cut()) << "void run, seed " << seed;
    ASSERT_TRUE(numbers.Open().ok()) << "seed " << seed;
    const std::optional<std::int64_t> found = numbers.Count();
    ASSERT_TRUE(found.has_value()) << "seed " << seed;
    EXPECT_TRUE(*found == committed || *found == committed + 1) << "seed " << seed;
  }
}

TEST_F(CrashVfsTest, LosesACommitOfANormalConnectionForSomeSeed) {
  std::uint64_t lost = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Numbers numbers(directory_, seed, Synchronous::kNormal);
    ASSERT_TRUE(numbers.Open().ok());
    for (std::int64_t n = 1; n <= 15; ++n) ASSERT_TRUE(numbers.Add(n).ok());
    numbers.disk().CutPower();
    ASSERT_TRUE(numbers.Open().ok()) << "seed " << seed;
    const std::optional<std::int64_t> found = numbers.Count();
    ASSERT_TRUE(found.has_value()) << "seed " << seed;  // consistent all the same
    if (*found < 15) ++lost;
  }
  EXPECT_GT(lost, kSeeds / 10);
}

TEST_F(CrashVfsTest, NoFailingCallBreaksACommittedPrefix) {
  for (const Persistence persistence : {Persistence::kOnce, Persistence::kSticky}) {
    for (const Fault fault : {Fault::kInputOutput, Fault::kDiskFull, Fault::kSync}) {
      for (std::uint64_t nth = 1;; ++nth) {
        Numbers numbers(directory_, 1000 + nth, Synchronous::kFull);
        ASSERT_TRUE(numbers.Open().ok());
        numbers.disk().Fail(fault, nth, persistence);
        std::int64_t committed = 0;
        while (committed < 20 && numbers.Add(committed + 1).ok()) ++committed;
        const bool fired = numbers.disk().fault_fired();
        numbers.disk().ClearFault();
        numbers.disk().CutPower();
        ASSERT_TRUE(numbers.Open().ok()) << nth;
        const std::optional<std::int64_t> found = numbers.Count();
        ASSERT_TRUE(found.has_value()) << nth;
        EXPECT_TRUE(*found == committed || *found == committed + 1) << nth;
        if (!fired) break;
      }
    }
  }
}

TEST_F(CrashVfsTest, FullVolumeAtCommitMeansNothingWrittenAndGoesOn) {
  std::uint64_t full = 0;
  for (std::uint64_t nth = 1; nth < 40; ++nth) {
    Numbers numbers(directory_, 2000 + nth, Synchronous::kFull);
    ASSERT_TRUE(numbers.Open().ok());
    numbers.disk().Fail(Fault::kDiskFull, nth, Persistence::kOnce);
    std::int64_t committed = 0;
    for (int i = 0; i < 20; ++i) {
      const absl::Status status = numbers.Add(committed + 1);
      if (status.ok()) ++committed;
      if (status.code() == absl::StatusCode::kResourceExhausted) ++full;
    }
    EXPECT_EQ(numbers.Count(), committed) << nth;
    EXPECT_GE(committed, 19) << nth;
    numbers.disk().CutPower();
    ASSERT_TRUE(numbers.Open().ok());
    EXPECT_EQ(numbers.Count(), committed) << nth;
  }
  EXPECT_GT(full, 20U);
}

TEST_F(CrashVfsTest, FailedSyncBreaksTheConnectionForGood) {
  Numbers numbers(directory_, 7, Synchronous::kFull);
  ASSERT_TRUE(numbers.Open().ok());
  ASSERT_TRUE(numbers.Add(1).ok());
  numbers.disk().Fail(Fault::kSync, 1, Persistence::kOnce);
  EXPECT_EQ(numbers.Add(2).code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(numbers.Add(3).code(), absl::StatusCode::kUnknown);
}

TEST_F(CrashVfsTest, OneSyncACommitBesidesCheckpoints) {
  Numbers numbers(directory_, 8, Synchronous::kFull);
  ASSERT_TRUE(numbers.Open().ok());
  ASSERT_TRUE(numbers.Add(1).ok());
  const std::uint64_t before = numbers.disk().syncs_count();
  ASSERT_TRUE(numbers.Add(2).ok());
  EXPECT_EQ(numbers.disk().syncs_count(), before + 1);
}

TEST_F(CrashVfsTest, RestoresASnapshot) {
  Numbers numbers(directory_, 9, Synchronous::kFull);
  ASSERT_TRUE(numbers.Open().ok());
  ASSERT_TRUE(numbers.Add(1).ok());
  const auto snapshot = numbers.disk().TakeSnapshot();
  ASSERT_TRUE(numbers.Add(2).ok());
  numbers.disk().Restore(*snapshot);
  ASSERT_TRUE(numbers.Open().ok());
  EXPECT_EQ(numbers.Count(), 1);
}

}  // namespace
}  // namespace dims

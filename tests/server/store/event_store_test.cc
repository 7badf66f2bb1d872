// SPDX-License-Identifier: Apache-2.0
#include "server/store/event_store.h"

#include <filesystem>

#include "tests/server/store/store_fixture.h"

namespace dims {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class EventStoreTest : public StoreFixture {};

TEST_F(EventStoreTest, ShowsRowsAsSoonAsTheyAreAppended) {
  CommitRows(3);

  const auto rows = Rows();
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0], testing::HasSubstr("message=login 0 of guest;organization.id=seattle"));
}

TEST_F(EventStoreTest, AnswersTheSameBeforeAndAfterSealingAndRestart) {
  for (int i = 0; i < 12; ++i) CommitRows(10);
  CommitRows(5, kToday - 1);
  const auto before = Rows();

  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(SealedRows(), 120u);
  EXPECT_EQ(OpenRows(), 5u);
  EXPECT_EQ(Rows(), before);

  Start();
  EXPECT_EQ(SealedRows(), 120u);
  EXPECT_EQ(Rows(), before);
}

TEST_F(EventStoreTest, KeepsAManifestAsItWasWhileBlocksAreSealedAndRowsArrive) {
  CommitRows(150);
  const std::shared_ptr<const Manifest> manifest = store_->manifest();
  const auto before = RowsOf(*manifest);

  SealDue();
  CommitRows(7);

  EXPECT_EQ(RowsOf(*manifest), before);
  EXPECT_THAT(Rows(), SizeIs(157));
}

TEST_F(EventStoreTest, TakesGroupsFromTheTailOnlyWhenAllTheirDaysAreSealed) {
  std::vector<std::int64_t> times(60, kToday * kDayNanoseconds + kHour);
  times.resize(120, (kToday - 3) * kDayNanoseconds + kHour);
  Commit(times);
  CommitRows(50);  // today has 110 now, the other day 60
  const auto before = Rows();

  EXPECT_EQ(SealDue(), 1);
  EXPECT_THAT(ledger_.tail(), SizeIs(1));  // the first group still has open rows of the other day
  EXPECT_EQ(ledger_.tail().begin()->first, 1);
  Start();
  EXPECT_EQ(Rows(), before);

  store_->SealAll();
  EXPECT_EQ(SealDue(), 1);
  EXPECT_THAT(ledger_.tail(), IsEmpty());
  EXPECT_EQ(Rows(), before);
}

TEST_F(EventStoreTest, SealsTheLargestDayWhenAllOpenRowsAreTooMany) {
  for (int day = 1; day <= 9; ++day) CommitRows(static_cast<std::uint32_t>(40 + day), kToday - day);
  EXPECT_EQ(OpenRows(), 405u);

  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(OpenRows(), 356u);
  EXPECT_EQ(store_->manifest()->sealed()[0].day, kToday - 9);
}

TEST_F(EventStoreTest, SealsAClosedDayAnHourAfterItsOldestRow) {
  CommitRows(3, kToday - 1);
  CommitRows(3, kToday);
  clock_.Advance(absl::Minutes(59));
  EXPECT_EQ(SealDue(), 0);

  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(store_->manifest()->sealed()[0].day, kToday - 1);
}

TEST_F(EventStoreTest, SealsTheDayOfTheOldestGroupWhenTheTailIsTooLarge) {
  CommitRows(2, kToday - 5);
  CommitRows(50, kToday);
  store_->NoteTailBytes(options_.seal.tail_bytes + 1);

  const auto step = store_->SealStep();
  ASSERT_TRUE(step.ok() && *step);
  ASSERT_TRUE(store_->RecordSealed().ok());
  EXPECT_EQ(store_->manifest()->sealed()[0].day, kToday - 5);
}

TEST_F(EventStoreTest, StopsAcceptingRowsUntilEnoughAreSealed) {
  for (int i = 0; i < 9; ++i) CommitRows(90, kToday - i);
  EXPECT_FALSE(store_->AcceptsMore());
  SealDue();
  EXPECT_TRUE(store_->AcceptsMore());
}

TEST_F(EventStoreTest, RowsThatTakeTooMuchMemoryAreSealedAndStopCreditUntilThen) {
  options_.seal.open_bytes = 1000;
  options_.seal.open_bytes_max = 2000;
  Start();
  CommitRows(50);
  EXPECT_FALSE(store_->AcceptsMore());
  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(OpenRows(), 0u);
  EXPECT_TRUE(store_->AcceptsMore());
}

TEST_F(EventStoreTest, AnswersTheSameWhereverSealingIsInterrupted) {
  for (int point = 1; point <= 5; ++point) {
    CommitRows(130);
    CommitRows(20, kToday - 2);
    const auto before = Rows();
    options_.goes_on = [point](SealPoint at) { return static_cast<int>(at) != point; };
    Start();
    ASSERT_TRUE(store_->SealStep().ok());
    store_->RecordSealed().IgnoreError();

    options_.goes_on = nullptr;
    Start();
    EXPECT_EQ(Rows(), before) << "interrupted at " << point;
    SealDue();
    EXPECT_EQ(Rows(), before) << "interrupted at " << point;
  }
}

TEST_F(EventStoreTest, SetsABlockAsideThatTheLedgerDoesNotName) {
  CommitRows(130);
  ASSERT_TRUE(*store_->SealStep());  // written, never recorded
  const auto before = Rows();

  Start();
  EXPECT_THAT(store_->recovery().set_aside, SizeIs(1));
  EXPECT_EQ(Rows(), before);
  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(Rows(), before);
}

TEST_F(EventStoreTest, KeepsWhatWasWrittenWhenTheLedgerIsFullAndRecordsItLater) {
  CommitRows(130);
  const auto before = Rows();
  ASSERT_TRUE(*store_->SealStep());
  ledger_.FailNextWrite(absl::ResourceExhaustedError("disk full"));

  EXPECT_TRUE(absl::IsResourceExhausted(store_->RecordSealed()));
  EXPECT_EQ(SealedRows(), 0u);
  EXPECT_EQ(Rows(), before);
  EXPECT_FALSE(*store_->SealStep());  // one at a time

  EXPECT_TRUE(store_->RecordSealed().ok());
  EXPECT_EQ(SealedRows(), 130u);
  EXPECT_EQ(Rows(), before);
}

TEST_F(EventStoreTest, NamesABlockThatIsMissing) {
  CommitRows(130);
  SealDue();
  store_.reset();
  std::filesystem::remove(directory_ / "day-20260115.db");

  Start();
  ASSERT_THAT(store_->recovery().missing, SizeIs(1));
  EXPECT_EQ(store_->recovery().missing[0].rows, 130u);
  EXPECT_THAT(Rows(), IsEmpty());

  // Its number is never given to another block.
  CommitRows(120);
  EXPECT_EQ(SealDue(), 1);
  EXPECT_THAT(store_->manifest()->sealed()[0].name, testing::StartsWith("day-20260115/2-"));
}

TEST_F(EventStoreTest, NamesADayFileThatIsNoDatabase) {
  CommitRows(130);
  SealDue();
  store_.reset();
  std::filesystem::remove(directory_ / "day-20260115.db-wal");
  std::filesystem::resize_file(directory_ / "day-20260115.db", 100);

  Start();
  EXPECT_THAT(store_->recovery().missing, SizeIs(1));
  ASSERT_THAT(store_->recovery().unreadable, SizeIs(1));
  EXPECT_THAT(store_->recovery().unreadable[0], testing::HasSubstr("day-20260115.db"));
}

TEST_F(EventStoreTest, DropsDaysBeyondRetentionWithTheirFiles) {
  CommitRows(120, kToday - 401);
  CommitRows(120, kToday - 400);
  SealDue();
  ASSERT_EQ(SealedRows(), 240u);
  const std::shared_ptr<const Manifest> reader = store_->manifest();

  ASSERT_TRUE(store_->DropExpired().ok());
  EXPECT_EQ(SealedRows(), 120u);
  EXPECT_THAT(*ledger_.Rows(), SizeIs(1));
  EXPECT_THAT(RowsOf(*reader), SizeIs(240));  // readable as long as somebody reads
}

TEST_F(EventStoreTest, RemovesADroppedFileWithItsLastReader) {
  CommitRows(120, kToday - 500);
  SealDue();
  const std::string path = directory_ / DayFileName(kToday - 500);
  ASSERT_TRUE(std::filesystem::exists(path));

  ASSERT_TRUE(store_->DropExpired().ok());
  Start();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(EventStoreTest, DropsTheOldestDaysWhenAllFilesAreTooLarge) {
  for (int day = 0; day < 3; ++day) CommitRows(120, kToday - day);
  SealDue();
  options_.bytes_max = 1;
  Start();

  ASSERT_TRUE(store_->DropExpired().ok());
  EXPECT_EQ(SealedRows(), 0u);
}

TEST_F(EventStoreTest, SealsADayAgainWhoseFileWasDropped) {
  CommitRows(120, kToday - 500);
  SealDue();
  ASSERT_TRUE(store_->DropExpired().ok());

  CommitRows(130, kToday - 500);
  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(SealedRows(), 130u);
  EXPECT_THAT(Rows(), SizeIs(130));
}

TEST_F(EventStoreTest, SealsOneGroupThatIsMoreThanABlock) {
  CommitRows(70'000);
  EXPECT_EQ(SealDue(), 1);
  EXPECT_EQ(store_->figures().blocks, 2u);
  EXPECT_EQ(SealedRows(), 70'000u);
  EXPECT_THAT(ledger_.tail(), IsEmpty());
}

TEST_F(EventStoreTest, PutsSmallGroupsTogetherInMemory) {
  options_.seal.day_rows = 1000;
  options_.seal.open_rows = 1000;
  Start();
  for (int i = 0; i < 300; ++i) CommitRows(1);
  EXPECT_LT(store_->manifest()->open().size(), 12u);
  EXPECT_THAT(Rows(), SizeIs(300));
}

TEST_F(EventStoreTest, LeavesOutSourcesBeyondTheTimeAskedFor) {
  CommitRows(120, kToday - 1);
  SealDue();
  CommitRows(10, kToday);
  const auto manifest = store_->manifest();

  const auto recent =
      manifest->Sources({kToday * kDayNanoseconds, kToday * kDayNanoseconds + kDayNanoseconds});
  ASSERT_THAT(recent, SizeIs(1));
  EXPECT_FALSE(recent[0].sealed);
  EXPECT_THAT(recent[0].sites, testing::ElementsAre("seattle"));
  EXPECT_THAT(manifest->Sources(), SizeIs(2));
}

}  // namespace
}  // namespace dims

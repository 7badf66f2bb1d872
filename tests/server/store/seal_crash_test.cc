// SPDX-License-Identifier: Apache-2.0
// Day files on a disk that forgets: whatever moment the power goes, every committed row is there
// exactly once after the restart.
#include "tests/server/store/store_fixture.h"
#include "tests/support/crash_vfs.h"

namespace dims {
namespace {

class SealCrashTest : public StoreFixture {
 protected:
  void UseDisk(std::uint64_t seed) {
    store_.reset();
    disk_ = std::make_unique<CrashVfs>(seed);
    options_.vfs = disk_->name();
    Start();
  }

  void TearDown() override {
    store_.reset();
    disk_.reset();
  }

  // Commits and seals until the power goes or nothing more is asked for. A failed step is the end
  // of the process.
  void RunUntilFailure(SeededRandom& random) {
    for (int i = 0; i < 12; ++i) {
      CommitRows(static_cast<std::uint32_t>(1 + random.Below(130)),
                 kToday - static_cast<DayNumber>(random.Below(2)));
      if (random.OneIn(6)) store_->SealAll();
      const auto step = store_->SealStep();
      if (!step.ok()) return;
      if (*step && !random.OneIn(8) && !store_->RecordSealed().ok()) return;
    }
  }

  // Every ordinal that was ever committed, once.
  void ExpectEveryRowOnce(absl::string_view when) {
    const auto rows = Rows();
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(next_ordinal_)) << when;
    EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end()), rows.end()) << when;
  }

  std::unique_ptr<CrashVfs> disk_;
};

TEST_F(SealCrashTest, KeepsEveryRowOnceWhereverThePowerGoes) {
  int cuts = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SeededRandom random(seed);
    ledger_ = MemoryLedger();
    next_ordinal_ = 0;
    next_tail_id_ = 1;
    UseDisk(seed);
    for (int crash = 0; crash < 3; ++crash) {
      random.OneIn(2) ? disk_->CutPowerAtSync(1 + random.Below(6))
                      : disk_->CutPowerAtWrite(1 + random.Below(200));
      RunUntilFailure(random);
      if (disk_->power_was_cut()) ++cuts;
      store_.reset();
      disk_->CutPower();
      Start();
      EXPECT_TRUE(store_->recovery().missing.empty()) << "seed " << seed;
      ExpectEveryRowOnce(absl::StrCat("seed ", seed, ", crash ", crash));
      if (HasFailure()) return;
    }
    store_->SealAll();
    SealDue();
    ExpectEveryRowOnce(absl::StrCat("seed ", seed, ", sealed at last"));
  }
  EXPECT_GT(cuts, 50);
}

TEST_F(SealCrashTest, StopsAcceptingRowsWhileTheDiskIsFullAndSealsWhenItIsNot) {
  UseDisk(1);
  CommitRows(130);
  disk_->Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);

  EXPECT_TRUE(absl::IsResourceExhausted(store_->SealStep().status()));
  EXPECT_FALSE(store_->AcceptsMore());
  EXPECT_TRUE(store_->figures().sealing_finds_disk_full);
  EXPECT_FALSE(*store_->SealStep());  // not at once again

  disk_->ClearFault();
  clock_.Advance(absl::Seconds(11));
  EXPECT_EQ(SealDue(), 1);
  EXPECT_TRUE(store_->AcceptsMore());
  ExpectEveryRowOnce("after the disk had room again");
}

TEST_F(SealCrashTest, CountsABlockOnlyWhenEverySyncOfItHeld) {
  for (std::uint64_t nth = 1; nth <= 8; ++nth) {
    ledger_ = MemoryLedger();
    next_ordinal_ = 0;
    next_tail_id_ = 1;
    UseDisk(nth);
    CommitRows(130);
    disk_->Fail(CrashVfs::Fault::kSync, nth, CrashVfs::Persistence::kOnce);

    const auto step = store_->SealStep();
    if (step.ok()) {
      ASSERT_TRUE(store_->RecordSealed().ok());
    }
    ExpectEveryRowOnce(absl::StrCat("after failed sync ", nth));

    store_.reset();
    disk_->CutPower();
    Start();
    ExpectEveryRowOnce(absl::StrCat("after failed sync ", nth, " and a power cut"));
  }
}

}  // namespace
}  // namespace dims

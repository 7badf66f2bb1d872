// SPDX-License-Identifier: Apache-2.0
#include "server/store/verify.h"

#include "tests/server/store/store_fixture.h"
#include "tests/support/crash_vfs.h"

namespace dims {
namespace {

class VerifyTest : public StoreFixture {
 protected:
  void TearDown() override {
    store_.reset();
    disk_.reset();
  }

  VerifyFindings Verify() {
    return VerifyBlocks(*store_->manifest(), ledger_.Rows().value(), stop_);
  }

  std::atomic<bool> stop_ = false;

  // Seals rows on a disk in memory and gives up the writer, so that all lies in the file itself.
  void SealOnDisk() {
    store_.reset();
    disk_ = std::make_unique<CrashVfs>(1);
    options_.vfs = disk_->name();
    Start();
    CommitRows(130);
    SealDue();
    path_ = directory_ / DayFileName(kToday);
    Start();
  }

  // Turns one byte of what the file stores of `needle`.
  void Damage(const std::string& needle) {
    std::string bytes = disk_->Contents(path_);
    for (std::size_t at = bytes.find(needle); at != std::string::npos;
         at = bytes.find(needle, at + 1)) {
      bytes[at] ^= 1;
    }
    disk_->SetContents(path_, bytes);
    Start();
  }

  std::unique_ptr<CrashVfs> disk_;
  std::string path_;
};

TEST_F(VerifyTest, FindsNothingInAWholeStore) {
  CommitRows(130);
  CommitRows(140, kToday - 1);
  SealDue();
  const VerifyFindings findings = Verify();
  EXPECT_EQ(findings.blocks, 2u);
  EXPECT_GT(findings.bytes, 0u);
  EXPECT_THAT(findings.damaged, testing::IsEmpty());
}

TEST_F(VerifyTest, NamesBlockAndColumnThatDoNotMatchTheirChecksum) {
  SealOnDisk();
  Damage("login ");
  const VerifyFindings findings = Verify();
  ASSERT_THAT(findings.damaged, testing::SizeIs(1));
  EXPECT_THAT(findings.damaged[0],
              testing::AllOf(testing::HasSubstr("day-20260115/1-"), testing::HasSubstr("message")));
}

TEST_F(VerifyTest, NamesABlockWhoseStoredHeaderIsNotTheLedgersAnyMore) {
  SealOnDisk();
  const auto opened = store_->manifest();  // with the header as it was
  LedgerRow forged = ledger_.Rows().value()[0];
  forged.digest[0] ^= 1;
  const VerifyFindings findings = VerifyBlocks(*opened, std::vector<LedgerRow>{forged}, stop_);
  ASSERT_THAT(findings.damaged, testing::SizeIs(1));
  EXPECT_THAT(findings.damaged[0], testing::HasSubstr("its header is not the ledger's"));
}

TEST_F(VerifyTest, NamesABlockThatOnlyTheLedgerKnows) {
  CommitRows(130);
  SealDue();
  std::vector<LedgerRow> ledger = ledger_.Rows().value();
  ledger.push_back(ledger[0]);
  ledger.back().block = "day-20260101/9-00000000";
  const VerifyFindings findings = VerifyBlocks(*store_->manifest(), ledger, stop_);
  ASSERT_THAT(findings.damaged, testing::SizeIs(1));
  EXPECT_THAT(findings.damaged[0], testing::AllOf(testing::HasSubstr("day-20260101/9-00000000"),
                                                  testing::HasSubstr("not in the store")));
}

TEST_F(VerifyTest, EndsAfterTheBlockInHandWhenAskedTo) {
  CommitRows(130);
  CommitRows(140, kToday - 1);
  SealDue();
  stop_ = true;
  EXPECT_EQ(Verify().blocks, 0u);
}

}  // namespace
}  // namespace dims

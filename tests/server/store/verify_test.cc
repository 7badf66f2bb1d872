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
  const VerifyFindings findings = VerifyBlocks(*store_->manifest());
  EXPECT_EQ(findings.blocks, 2u);
  EXPECT_GT(findings.bytes, 0u);
  EXPECT_THAT(findings.damaged, testing::IsEmpty());
}

TEST_F(VerifyTest, NamesBlockAndColumnThatDoNotMatchTheirChecksum) {
  SealOnDisk();
  Damage("login ");
  const VerifyFindings findings = VerifyBlocks(*store_->manifest());
  ASSERT_THAT(findings.damaged, testing::SizeIs(1));
  EXPECT_THAT(findings.damaged[0],
              testing::AllOf(testing::HasSubstr("day-20260115/1-"), testing::HasSubstr("message")));
}

}  // namespace
}  // namespace dims

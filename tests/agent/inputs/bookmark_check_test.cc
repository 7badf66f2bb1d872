// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/bookmark_check.h"

#include <gtest/gtest.h>

#include "agent/inputs/file_tail.h"
#include "agent/inputs/position_hash.h"
#include "tests/support/scratch_files.h"

namespace dims {
namespace {

class BookmarkCheckTest : public ::testing::Test {
 protected:
  // A bookmark at the end of `text`, which was once read from `name`.
  Bookmark After(const std::string& name, const std::string& text) {
    FilePosition position;
    position.offset = text.size();
    position.hash = PositionHash(text);
    position.path = files_->Path(name);
    return {FileSourceKey(files_->files().Stat(position.path).value().id), position, false};
  }

  std::unique_ptr<ScratchFiles> files_ = MakeMemoryFiles();
};

TEST_F(BookmarkCheckTest, HoldsWhileTheFileHasTheSameTextAndPerhapsMore) {
  files_->Append("log", "one\ntwo\n");
  EXPECT_TRUE(StillHolds(files_->files(), After("log", "one\n")));
  EXPECT_TRUE(StillHolds(files_->files(), After("log", "one\ntwo\n")));
}

TEST_F(BookmarkCheckTest, DoesNotHoldWhenTheTextBeforeItDiffersOrIsShorter) {
  files_->Append("log", "one\nnew\n");
  EXPECT_FALSE(StillHolds(files_->files(), After("log", "one\ntwo\n")));
  EXPECT_FALSE(StillHolds(files_->files(), After("log", "one\nnew\nmore\n")));
}

TEST_F(BookmarkCheckTest, FindsARenamedFileByItsInode) {
  files_->Append("log", "one\nnew\n");
  const Bookmark read = After("log", "one\ntwo\n");
  files_->Rename("log", "log.1");
  EXPECT_FALSE(StillHolds(files_->files(), read));
}

TEST_F(BookmarkCheckTest, NothingContradictsAFileThatIsGoneOrASocket) {
  files_->Append("log", "one\n");
  const Bookmark read = After("log", "two\n");
  files_->Remove("log");
  EXPECT_TRUE(StillHolds(files_->files(), read));
  EXPECT_TRUE(StillHolds(files_->files(), {"udp", CounterPosition{1, 2}, false}));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/output/file_destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/agent/output/lines_batch.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

class FileDestinationTest : public ::testing::Test {
 protected:
  FileDestinationTest() { options_.path = directory_.path() + "/feed.log"; }

  absl::Status Write(const std::vector<std::string>& events) {
    if (file_ == nullptr) file_ = std::make_unique<FileDestination>(options_);
    return file_->Write(events, taken_);
  }

  std::string Text(const std::string& suffix = "") const {
    std::stringstream text;
    text << std::ifstream(options_.path + suffix).rdbuf();
    return text.str();
  }

  void Move(const std::string& suffix) {
    std::filesystem::rename(options_.path, options_.path + suffix);
  }

  TemporaryDirectory directory_;
  OutputOptions options_;
  std::unique_ptr<FileDestination> file_;
  std::size_t taken_ = 0;
};

TEST_F(FileDestinationTest, WritesALineAnEventBehindWhatIsThere) {
  std::ofstream(options_.path) << "old\n";
  ASSERT_TRUE(Write({"one", "two\nforged"}).ok());
  EXPECT_EQ(taken_, 2u);
  EXPECT_EQ(Text(), "old\none\ntwo#012forged\n");
}

TEST_F(FileDestinationTest, OthersMayNotReadWhatItMakes) {
  ASSERT_TRUE(Write({"one"}).ok());

  struct stat found {};

  ASSERT_EQ(::stat(options_.path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0007, 0u);
}

TEST_F(FileDestinationTest, MakesANewFileAfterARenameOrARemoval) {
  ASSERT_TRUE(Write({"one"}).ok());
  Move(".old");
  ASSERT_TRUE(Write({"two"}).ok());
  std::filesystem::remove(options_.path);
  ASSERT_TRUE(Write({"three"}).ok());
  EXPECT_EQ(Text(".old"), "one\n");
  EXPECT_EQ(Text(), "three\n");
}

TEST_F(FileDestinationTest, ReopensWhenTold) {
  ASSERT_TRUE(Write({"one"}).ok());
  file_->Reopen();
  ASSERT_TRUE(Write({"two"}).ok());
  EXPECT_EQ(Text(), "one\ntwo\n");
}

TEST_F(FileDestinationTest, RotatesBeforeItGrowsAboveItsSizeAndKeepsSoMany) {
  options_.size_max = 12;
  options_.keep = 2;
  for (const char* line : {"line a", "line b", "line c", "line d"}) {
    ASSERT_TRUE(Write({line}).ok());
  }
  EXPECT_EQ(Text(), "line d\n");
  EXPECT_EQ(Text(".1"), "line c\n");
  EXPECT_EQ(Text(".2"), "line b\n");
  EXPECT_FALSE(std::filesystem::exists(options_.path + ".3"));
}

TEST_F(FileDestinationTest, KeepsNoRotatedFileWhereNoneIsWanted) {
  options_.size_max = 12;
  options_.keep = 0;
  ASSERT_TRUE(Write({"line a"}).ok());
  ASSERT_TRUE(Write({"line b"}).ok());
  EXPECT_EQ(Text(), "line b\n");
  EXPECT_FALSE(std::filesystem::exists(options_.path + ".1"));
}

TEST_F(FileDestinationTest, NamesWhatItCannotOpenAndGoesOnOnceItCan) {
  options_.path = directory_.path() + "/later/feed.log";
  const absl::Status status = Write({"one"});
  EXPECT_THAT(std::string(status.message()), HasSubstr("/later/feed.log"));
  EXPECT_EQ(taken_, 0u);
  std::filesystem::create_directory(directory_.path() + "/later");
  ASSERT_TRUE(Write({"one"}).ok());
  EXPECT_EQ(Text(), "one\n");
}

TEST_F(FileDestinationTest, RefusesWhatIsNoFile) {
  options_.path = "/dev/full";
  EXPECT_THAT(std::string(Write({"one"}).message()), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace dims

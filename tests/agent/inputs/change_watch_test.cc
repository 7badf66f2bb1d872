// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/change_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "agent/inputs/file_input_thread.h"
#include "agent/inputs/posix_file_system.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

class ChangeWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!watch.usable()) GTEST_SKIP() << "this kernel offers no inotify";
    Write("app.log", "first\n");
    if (!watch.Cover({directory.path()}).all) GTEST_SKIP() << "no local file system here";
  }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory.path() + "/" + name, std::ios::app) << text;
  }

  ChangeWatch::Change Changed() { return watch.Wait(absl::ZeroDuration()); }

  TemporaryDirectory directory;
  ChangeWatch watch;
};

TEST_F(ChangeWatchTest, TellsOfALineAppendedBeforeTheWaitBegan) {
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNone);
  Write("app.log", "second\n");
  EXPECT_EQ(Changed(), ChangeWatch::Change::kContents);
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNone);
}

TEST_F(ChangeWatchTest, TellsOfFilesMadeRenamedAndDeleted) {
  Write("other.log", "");
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNames);
  std::filesystem::rename(directory.path() + "/app.log", directory.path() + "/app.log.1");
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNames);
  std::filesystem::remove(directory.path() + "/other.log");
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNames);
}

TEST_F(ChangeWatchTest, AWakeEndsTheNextWait) {
  watch.Wake();
  EXPECT_EQ(watch.Wait(absl::InfiniteDuration()), ChangeWatch::Change::kNone);
}

TEST_F(ChangeWatchTest, FindsADirectoryOnceItExistsAndAfterItWasReplaced) {
  const std::string later = directory.path() + "/later";
  EXPECT_TRUE(watch.Cover({later}).all);
  std::filesystem::create_directory(later);
  EXPECT_TRUE(watch.Cover({later}).added);
  EXPECT_FALSE(watch.Cover({later}).added);
  std::filesystem::rename(later, later + ".old");
  std::filesystem::create_directory(later);
  EXPECT_TRUE(watch.Cover({later}).added);
  Changed();
  Write("later/app.log", "a line\n");
  EXPECT_EQ(Changed(), ChangeWatch::Change::kNames);
}

TEST_F(ChangeWatchTest, SaysThatFileSystemsItCannotTrustAreNotCovered) {
  EXPECT_FALSE(watch.Cover({"/proc"}).all);
}

TEST_F(ChangeWatchTest, SaysThatTooManyDirectoriesAreNotCovered) {
  std::set<std::string> many;
  for (std::size_t n = 0; n <= ChangeWatch::kDirectoriesMax; ++n) {
    many.insert(directory.path() + "/" + std::to_string(n));
  }
  EXPECT_FALSE(watch.Cover(many).all);
}

class FileInputThreadTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory;
  PosixFileSystem files;
  CollectingSink sink;
  SystemClock clock;
};

TEST_F(FileInputThreadTest, TellsHowManyFilesAreWatchedWhileItReads) {
  for (const char* name : {"/a.log", "/b.log"}) std::ofstream(directory.path() + name) << "line\n";
  FileInput input({{{directory.path() + "/*.log"}, FileStart::kBeginning}}, {}, files, sink, clock);
  FileInputThread thread(input, clock);
  thread.Start();
  while (thread.counts().lines < 2) std::this_thread::yield();
  EXPECT_EQ(thread.watched_files(), 2u);
  std::ofstream(directory.path() + "/a.log", std::ios::app) << "another line\n";
  while (thread.counts().lines < 3) std::this_thread::yield();
  thread.Stop();
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// FileInput and logs that are rotated and compressed with gzip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/support/file_input_fixture.h"
#include "tests/support/gzip_text.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class FileArchiveTest : public FileInputFixture {
 protected:
  // "a.log" becomes "a.log.1", and "a.log.1.gz" at once; those before move up.
  void RotateAndCompress() {
    for (int n = 9; n > 0; --n) {
      const std::string old = absl::StrCat("a.log.", n, ".gz");
      if (files().Exists(old)) files().Rename(old, absl::StrCat("a.log.", n + 1, ".gz"));
    }
    files().Rename("a.log", "a.log.1");
    files().Compress("a.log.1");
  }

  // A look around and a turn, of which only what came up to `last` is committed before a crash.
  template <typename Predicate>
  void CrashAfter(Predicate last) {
    input().ScanSoon();
    input().Poll();
    const auto found = std::find_if(sink().chunks.begin(), sink().chunks.end(), last);
    ASSERT_NE(found, sink().chunks.end());
    sink().chunks.erase(found + 1, sink().chunks.end());
    committed_ = sink().TakeLines();
    Restart();
  }

  std::vector<std::string> ReadAllSinceCrash() {
    std::vector<std::string> lines = committed_;
    for (std::string& line : ReadAfterQuiet()) lines.push_back(std::move(line));
    return lines;
  }

 private:
  std::vector<std::string> committed_;
};

INSTANTIATE_TEST_SUITE_P(, FileArchiveTest, ::testing::Values(false, true),
                         [](const auto& suite) { return suite.param ? "OnDisk" : "InMemory"; });

TEST_P(FileArchiveTest, F07ReadsTheRestInTheArchiveThatWasMadeWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Append("a.log", "two\nthree");
  RotateAndCompress();
  files().Append("a.log", "four\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "three", "four"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, F07ReadsTheRestWhenNoNewLogFollowed) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  RotateAndCompress();
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
}

TEST_P(FileArchiveTest, F07ReadsSeveralArchivesThatWereMadeWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  RotateAndCompress();
  files().Append("a.log", "three\n");
  RotateAndCompress();
  files().Append("a.log", "four\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "three", "four"));
  files().Append("a.log", "five\n");
  RotateAndCompress();
  files().Append("a.log", "six\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("five", "six"));
}

TEST_P(FileArchiveTest, F07ReadsNothingTwiceWhenALogIsCompressedWhileItIsFollowed) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  for (int n = 0; n < 3; ++n) {
    const std::string line = absl::StrCat("line ", n);
    files().Append("a.log", line + "\n");
    RotateAndCompress();
    files().Append("a.log", "new " + line + "\n");
    EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre(line, "new " + line));
  }
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, F07ReadsNothingTwiceWhenCompressionIsDelayed) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
  files().Rename("a.log.1", "a.log.2");
  files().Compress("a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "three\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("three"));
  files().Rename("a.log.2.gz", "a.log.3.gz");
  files().Rename("a.log.1", "a.log.2");
  files().Compress("a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "four\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("four"));
}

TEST_P(FileArchiveTest, F07ClosesNoSourceBeforeItsPositionIsHandedOn) {
  limits_.open_files_max = 1;
  Start({"a.log", "b.log"});
  files().Append("a.log", "one\n");
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Append("b.log", "b\n");
  EXPECT_THAT(Read(), ElementsAre("b"));
  files().Append("a.log", "two\n");
  RotateAndCompress();
  CrashAfter([](const InputChunk&) { return true; });
  EXPECT_THAT(ReadAllSinceCrash(), ElementsAre("two"));
}

TEST_P(FileArchiveTest, F07ReadsAFileThatWasFoundButNotReadBeforeACrash) {
  files().Append("first", "inode of the last log\n");
  Start({"a.log"});
  files().Append("a.log", "one\n");
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Rename("a.log", "a.log.2");
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  files().Remove("first");
  files().Append("a.log", "three\n");
  Restart();
  CrashAfter([](const InputChunk& chunk) {
    return !chunk.lines.empty() && chunk.Line(chunk.lines[0]) == "three";
  });
  EXPECT_THAT(ReadAllSinceCrash(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileArchiveTest, F07SeesALogThatCameAndRotatedAfterARestartWithoutOne) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Rename("a.log", "a.log.2");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
}

TEST_P(FileArchiveTest, F07ReadsZeeksArchiveByDate) {
  Start({"current/conn.log"});
  files().Append("current/conn.log", "#open 1\none\n");
  EXPECT_THAT(Read(), ElementsAre("#open 1", "one"));
  files().Append("current/conn.log", "two\n");
  files().Rename("current/conn.log", "2026-11-21/conn.10:00:00-11:00:00.log");
  files().Compress("2026-11-21/conn.10:00:00-11:00:00.log");
  files().Append("current/conn.log", "#open 2\nthree\n");
  files().Rename("current/conn.log", "2026-11-21/conn.11:00:00-12:00:00.log");
  files().Compress("2026-11-21/conn.11:00:00-12:00:00.log");
  files().Append("current/conn.log", "#open 3\nfour\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "#open 2", "three", "#open 3", "four"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, F07ReadsTheRestOfALogThatWasMovedToADateWhileStopped) {
  Start({"current/conn.log"});
  files().Append("current/conn.log", "one\n");
  Read();
  files().Append("current/conn.log", "two\n");
  files().Rename("current/conn.log", "2026-11-21/conn.10:00:00-11:00:00.log");
  files().Append("current/conn.log", "three\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileArchiveTest, LeavesAnArchiveAloneThatIsStillBeingMade) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  const std::string archive = Gzip("one\ntwo\n");
  files().Append("a.log.1.gz", archive.substr(0, archive.size() / 2));
  files().Append("a.log", "three\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "three"));
  files().Append("a.log.1.gz", archive.substr(archive.size() / 2));
  files().Remove("a.log.1");
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, NeverReadsHistoryThatIsCompressedLater) {
  files().Append("a.log.1", "history\n");
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Rename("a.log.1", "a.log.2");
  files().Compress("a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
}

TEST_P(FileArchiveTest, ReadsAMatchedArchiveOnceWithAllItsMembers) {
  files().Append("old.gz", Gzip("one\ntwo\nhal") + Gzip("f\n"));
  Start({"*.gz"});
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one", "two", "half"));
  EXPECT_EQ(input().open_files(), 0u);
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, StartsAtTheEndOfAMatchedArchive) {
  files().Append("old.gz", Gzip("one\n"));
  Start({"*.gz"}, FileStart::kEnd);
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  files().Append("new.gz", Gzip("two\n"));
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
}

TEST_P(FileArchiveTest, ReadsNothingTwiceWhenThePatternMatchesTheArchivesToo) {
  Start({"a.log*"});
  files().Append("a.log", "one\n");
  Read();
  for (int n = 0; n < 4; ++n) {
    const std::string line = absl::StrCat("line ", n);
    files().Append("a.log", line + "\n");
    RotateAndCompress();
    files().Append("a.log", "new " + line + "\n");
    if (n % 2 == 1) Restart();
    EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre(line, "new " + line));
  }
}

TEST_P(FileArchiveTest, ReadsAnArchiveWithTheInodeOfAnOlderOne) {
  files().Append("1.gz", Gzip("one\n"));
  Start({"*.gz"});
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one"));
  files().Remove("1.gz");
  files().Append("2.gz", Gzip("another\n"));
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("another"));
  files().Remove("2.gz");
  files().Append("3.gz", Gzip("a third one\n"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("a third one"));
}

TEST_P(FileArchiveTest, F04ReadsOnInTheArchiveOfTheCopyWhenTruncatedWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Copy("a.log", "a.log.1");
  files().Compress("a.log.1");
  files().Truncate("a.log", 0);
  files().Append("a.log", "a longer third line\n");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), UnorderedElementsAre("two", "a longer third line"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, F04ReadsNothingTwiceWhenTheArchiveOfTheCopyIsMatched) {
  Start({"a.log*"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  files().Copy("a.log", "a.log.1");
  files().Compress("a.log.1");
  EXPECT_THAT(Read(), IsEmpty());
  files().Truncate("a.log", 0);
  files().Append("a.log", "three\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("three"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileArchiveTest, WaitsForTheRestOfAnArchiveThatIsCut) {
  std::string text;
  for (int n = 0; n < 5'000; ++n) absl::StrAppend(&text, n, " ", n * 7919 % 10'007, "\n");
  const std::string archive = Gzip(text);
  files().Append("a.gz", archive.substr(0, archive.size() / 2));
  Start({"*.gz"});
  std::size_t lines = Read().size();
  EXPECT_GT(lines, 1'000u);
  files().Append("a.gz", archive.substr(archive.size() / 2));
  lines += ReadAfterQuiet().size();
  EXPECT_EQ(lines, 5'000u);
  EXPECT_THAT(sink().losses, IsEmpty());
}

TEST_P(FileArchiveTest, DeclaresAGapOnceForAnArchiveThatStaysCut) {
  std::string text;
  for (int n = 0; n < 5'000; ++n) absl::StrAppend(&text, n, " ", n * 7919 % 10'007, "\n");
  const std::string archive = Gzip(text);
  files().Append("a.gz", archive.substr(0, archive.size() / 2));
  Start({"*.gz"});
  EXPECT_THAT(ReadAfterQuiet(), ::testing::Not(IsEmpty()));
  ASSERT_THAT(sink().losses, SizeIs(1));
  EXPECT_EQ(sink().losses[0].reason, "archive_damaged");
  EXPECT_EQ(input().unreadable().at(files().Path("a.gz")), "the archive is cut");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  EXPECT_THAT(sink().losses, SizeIs(1));
}

TEST_P(FileArchiveTest, SaysOfAMatchedFileThatItIsNoArchive) {
  files().Append("a.gz", "plain text\n");
  Start({"*.gz"});
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  EXPECT_EQ(input().unreadable().at(files().Path("a.gz")), "not a gzip archive");
}

}  // namespace
}  // namespace dims

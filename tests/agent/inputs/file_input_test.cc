// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/file_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "agent/inputs/position_hash.h"
#include "tests/support/file_input_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Numbered(const std::string& prefix, int from, int to) {
  std::vector<std::string> lines;
  for (int n = from; n < to; ++n) lines.push_back(absl::StrCat(prefix, n));
  return lines;
}

std::string Text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

class FileInputTest : public FileInputFixture {};

INSTANTIATE_TEST_SUITE_P(, FileInputTest, ::testing::Values(false, true),
                         [](const auto& suite) { return suite.param ? "OnDisk" : "InMemory"; });

TEST_P(FileInputTest, ReadsLinesInOrderAsTheyAreWritten) {
  Start({"*.log"});
  files().Append("a.log", "one\ntwo\n");
  EXPECT_THAT(Read(), ElementsAre("one", "two"));

  files().Append("a.log", "three\n");
  EXPECT_THAT(Read(), ElementsAre("three"));
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_P(FileInputTest, BookmarksEachChunkWithOffsetAndSource) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\nthr");
  Read();

  const FileId id = files().files().Stat(files().Path("a.log"))->id;
  const auto& bookmark = sink().bookmarks.at(FileSourceKey(id));
  const auto& position = std::get<FilePosition>(bookmark.position);
  EXPECT_EQ(position.offset, 8u);
  EXPECT_EQ(position.generation, 0u);
  EXPECT_EQ(position.path, files().Path("a.log"));
}

TEST_P(FileInputTest, ContinuesFromTheBookmarkAfterARestart) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  Restart();
  EXPECT_THAT(Read(), ElementsAre("two"));
}

TEST_P(FileInputTest, StartsAtTheEndOnlyInFilesThatAreThereWhenFirstLookedAt) {
  files().Append("old.log", "before\n");
  Start({"*.log"}, FileStart::kEnd);
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("old.log", "after\n");
  files().Append("new.log", "first\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("after", "first"));
}

TEST_P(FileInputTest, RemembersTheEndItStartedAtAcrossARestartWithoutLines) {
  files().Append("old.log", "before\n");
  Start({"*.log"}, FileStart::kEnd);
  Read();
  files().Append("old.log", "while stopped\n");
  files().Append("new.log", "new while stopped\n");
  Restart();
  EXPECT_THAT(Read(), UnorderedElementsAre("while stopped", "new while stopped"));
}

TEST_P(FileInputTest, StartsAtTheEndWithTheLineThatIsStillBeingWritten) {
  files().Append("old.log", "before\nhal");
  Start({"*.log"}, FileStart::kEnd);
  Read();
  files().Append("old.log", "f\n");
  EXPECT_THAT(Read(), ElementsAre("half"));
}

TEST_P(FileInputTest, F01ReadsADeletedAndRecreatedFileFromItsStart) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\n");
  EXPECT_THAT(Read(), ElementsAre("one", "two"));
  files().Remove("a.log");
  files().Append("a.log", "three\nfour\nfive\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("three", "four", "five"));
}

TEST_P(FileInputTest, F01ReadsAReusedInodeFromItsStartAfterARestart) {
  Start({"*.log"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  const std::vector<Bookmark> before = sink().Bookmarks();
  Start({"none"});  // nobody holds the file open
  files().Remove("a.log");
  files().Append("b.log", "three\nfour\nfive\n");
  sink().bookmarks.clear();
  for (const Bookmark& bookmark : before) sink().bookmarks[bookmark.source] = bookmark;
  Start({"*.log"});
  EXPECT_THAT(Read(), ElementsAre("three", "four", "five"));
}

TEST_P(FileInputTest, F01GivesAReusedInodeAnotherGeneration) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  files().Truncate("a.log", 0);
  files().Append("a.log", "three\nfour\nfive\n");
  EXPECT_THAT(Read(), ElementsAre("three", "four", "five"));
  const FileId id = files().files().Stat(files().Path("a.log"))->id;
  const auto& bookmark = sink().bookmarks.at(FileSourceKey(id));
  EXPECT_EQ(std::get<FilePosition>(bookmark.position).generation, 1u);
}

TEST_P(FileInputTest, F02FollowsARenameAndReadsBothFilesToTheirEnds) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log.1", "late\n");
  files().Append("a.log", "three\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "late", "three"));
  files().Append("a.log.1", "later\n");
  EXPECT_THAT(Read(), ElementsAre("later"));
}

TEST_P(FileInputTest, F02FindsTheFileBetweenTwoRotationsInOnePoll) {
  files().Append("a.log.1", "history that was never watched\n");
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Rename("a.log.1", "a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\n");
  files().Rename("a.log.2", "a.log.3");
  files().Rename("a.log.1", "a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "three\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, F02ReadsNothingTwiceWhenThePatternMatchesRotatedFilesToo) {
  Start({"a.log*"});
  files().Append("a.log", "one\n");
  Read();
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\n");
  EXPECT_THAT(Read(), ElementsAre("two"));
  files().Rename("a.log.1", "a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "three\n");
  EXPECT_THAT(Read(), ElementsAre("three"));
}

TEST_P(FileInputTest, F03ReadsTheRestOfAFileThatWasRotatedWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "three\n");
  Restart();
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, F03ReadsAllOfSeveralRotationsWhileStopped) {
  files().Append("a.log.9", "history that was never watched\n");
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "three\n");
  files().Rename("a.log.1", "a.log.2");
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "four\n");
  Restart();
  std::vector<std::string> lines = Read();
  // A file system whose clock ticks coarsely cannot tell the old file from the new ones.
  std::erase(lines, "history that was never watched");
  EXPECT_THAT(lines, UnorderedElementsAre("two", "three", "four"));
}

TEST_P(FileInputTest, F03ForgetsAFileThatWasDeletedWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  const FileId id = files().files().Stat(files().Path("a.log"))->id;
  Start({"none", "a.log"});
  files().Remove("a.log");
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_TRUE(sink().bookmarks.at(FileSourceKey(id)).closed);
}

TEST_P(FileInputTest, F04ReadsOnInTheCopyAfterCopyTruncate) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Copy("a.log", "a.log.1");
  files().Truncate("a.log", 0);
  files().Append("a.log", "three\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, F04ReadsNothingTwiceWhenTheCopyMatchesThePattern) {
  Start({"a.log*"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  files().Copy("a.log", "a.log.1");
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", "three\n");
  files().Truncate("a.log", 0);
  files().Append("a.log", "four\n");
  EXPECT_THAT(Read(), ElementsAre("four"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileInputTest, F04ReadsOnInTheCopyWhenTruncatedWhileStopped) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  files().Copy("a.log", "a.log.1");
  files().Truncate("a.log", 0);
  files().Append("a.log", "a longer third line\n");
  Restart();
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "a longer third line"));
}

TEST_P(FileInputTest, F04CountsTheUnfinishedLineThatATruncationTook) {
  Start({"a.log"});
  files().Append("a.log", "one\nhal");
  Read();
  files().Truncate("a.log", 0);
  files().Append("a.log", "two\n");
  EXPECT_THAT(Read(), ElementsAre("two"));
  ASSERT_THAT(sink().losses, SizeIs(1));
  EXPECT_EQ(sink().losses[0].count, 1u);
  EXPECT_EQ(sink().losses[0].reason, "truncated");
}

TEST_P(FileInputTest, F05SkipsAndCountsTheHoleOfAWriterThatDoesNotAppend) {
  Start({"a.log"});
  files().Append("a.log", std::string(200'000, 'x') + "\n");
  Read();
  files().Truncate("a.log", 0);
  files().WriteAt("a.log", 200'001, "after the hole\n");
  EXPECT_THAT(Read(), ElementsAre("after the hole"));
  EXPECT_EQ(input().counts().hole_bytes, 200'001u);
  files().Append("a.log", "next\n");
  EXPECT_THAT(Read(), ElementsAre("next"));
}

TEST_P(FileInputTest, F05WaitsForTextAfterAHole) {
  Start({"a.log"});
  files().Truncate("a.log", 0);
  files().WriteAt("a.log", 0, std::string(100'000, '\0'));
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", "text\n");
  EXPECT_THAT(Read(), ElementsAre("text"));
}

TEST_P(FileInputTest, F06TellsFilesWithTheSameFirstKilobyteApart) {
  const std::string head = std::string(1023, 'h') + "\n";
  Start({"*.log"});
  files().Append("a.log", head);
  files().Append("b.log", head);
  files().Append("short.log", "s\n");
  EXPECT_THAT(Read(), SizeIs(3));
  files().Append("a.log", "a\n");
  files().Append("b.log", "b\n");
  files().Append("short.log", "t\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("a", "b", "t"));
}

TEST_P(FileInputTest, F07ReadsTheRestOfAFileThatIsMovedAwayAndCompressed) {
  Start({"conn.log"});
  files().Append("conn.log", "one\n");
  Read();
  files().Append("conn.log", "two\n");
  files().Rename("conn.log", "2026-11-21/conn.10:00-11:00.log");
  files().Append("2026-11-21/conn.10:00-11:00.log.gz", "compressed");
  files().Remove("2026-11-21/conn.10:00-11:00.log");
  files().Append("conn.log", "three\n");
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, LeavesFilesOfOtherCompressionsAlone) {
  files().Append("a.log.1.xz", "compressed\n");
  Start({"a.log*"});
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_P(FileInputTest, F09HoldsAnUnfinishedLineHoweverLongItPauses) {
  Start({"a.log"});
  files().Append("a.log", "one\nhal");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  files().Append("a.log", "f\n");
  EXPECT_THAT(Read(), ElementsAre("half"));
}

TEST_P(FileInputTest, F09TakesTheRestWithoutNewlineAsARecordOnceRotatedAway) {
  Start({"a.log"});
  files().Append("a.log", "one\nlast");
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\n");
  EXPECT_THAT(Read(), ElementsAre("two"));
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("last"));
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileInputTest, F09TakesTheRestOfADeletedFileAndClosesItsSource) {
  Start({"a.log"});
  files().Append("a.log", "one\nlast");
  Read();
  const FileId id = files().files().Stat(files().Path("a.log"))->id;
  files().Remove("a.log");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("last"));
  EXPECT_TRUE(sink().bookmarks.at(FileSourceKey(id)).closed);
  EXPECT_EQ(input().watched_files(), 0u);
}

TEST_P(FileInputTest, F10CutsATenMebibyteLineAndKeepsTheNextIntact) {
  Start({"a.log"});
  files().Append("a.log", std::string(10u << 20, 'x'));
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", "yz\nnext\n");
  const std::vector<std::string> lines = Read();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0], std::string(kLineBytesMax, 'x'));
  EXPECT_EQ(lines[1], "next");
  EXPECT_EQ(input().counts().lines_cut, 1u);
  files().Append("a.log", "still watched\n");
  EXPECT_THAT(Read(), ElementsAre("still watched"));
}

TEST_P(FileInputTest, F10KeepsALineOfExactlyTheLimitWhole) {
  Start({"a.log"});
  files().Append("a.log", std::string(kLineBytesMax, 'x') + "\n");
  EXPECT_THAT(Read(), ElementsAre(std::string(kLineBytesMax, 'x')));
  EXPECT_EQ(input().counts().lines_cut, 0u);
}

TEST_P(FileInputTest, F11BoundsOpenFilesAndStillReadsEveryOne) {
  limits_.open_files_max = 4;
  Start({"*.log"});
  std::vector<std::string> expected;
  for (int round = 0; round < 3; ++round) {
    for (int n = 0; n < 50; ++n) {
      files().Append(absl::StrCat(n, ".log"), absl::StrCat(n, " in ", round, "\n"));
    }
    EXPECT_THAT(Read(), SizeIs(50));
    EXPECT_LE(input().open_files(), 4u);
  }
}

TEST_P(FileInputTest, F11CountsFilesBeyondTheLimit) {
  limits_.watched_files_max = 2;
  Start({"*.log"});
  for (const char* name : {"a.log", "b.log", "c.log"}) files().Append(name, "line\n");
  EXPECT_THAT(Read(), SizeIs(2));
  EXPECT_GE(input().counts().files_over_limit, 1u);
}

TEST_P(FileInputTest, F12FollowsASymbolicLinkThatIsSwapped) {
  files().Append("app-1", "one\n");
  files().Link("current.log", "app-1");
  Start({"current.log"});
  EXPECT_THAT(Read(), ElementsAre("one"));
  files().Append("app-1", "two\n");
  files().Append("app-2", "three\n");
  files().Link("current.log", "app-2");
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, F12FollowsASymbolicLinkThatWasSwappedWhileStopped) {
  files().Append("app-1", "one\n");
  files().Link("current.log", "app-1");
  Start({"current.log"});
  Read();
  files().Append("app-1", "two\n");
  files().Append("app-2", "three\n");
  files().Link("current.log", "app-2");
  Restart();
  EXPECT_THAT(Read(), UnorderedElementsAre("two", "three"));
}

TEST_P(FileInputTest, F12ReadsADirectoryThatWasRemovedAndMadeAgain) {
  files().Append("app/a.log", "one\n");
  Start({"app/*.log"});
  Read();
  files().Remove("app/a.log");
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
  files().Append("app/a.log", "two\n");
  EXPECT_THAT(Read(), ElementsAre("two"));
}

TEST_P(FileInputTest, F40HandsOverBytesAsTheyAre) {
  const std::string line("\xef\xbb\xbf\xff\xfe in\0side\x1b[31m\r", 17);
  Start({"a.log"});
  files().Append("a.log", "first\n" + line + "\n\n");
  EXPECT_THAT(Read(), ElementsAre("first", line, ""));
}

TEST_P(FileInputTest, StopsReadingWhileTheSinkHasNoRoom) {
  SimulatedClock clock;
  CollectingSink narrow(1);
  files().Append("a.log", Text(Numbered("line ", 0, 20'000)));
  FileInputOptions options;
  options.paths = {files().Path("a.log")};
  FileInput reader({options}, {}, files().files(), narrow, clock);
  std::size_t lines = 0;
  EXPECT_EQ(reader.Poll(), FileInput::Progress::kNoRoom);
  for (int n = 0; n < 100; ++n) {
    lines += narrow.TakeLines().size();
    reader.Poll();
  }
  EXPECT_EQ(lines, 20'000u);
}

TEST_P(FileInputTest, StopsWhenTheSinkIsClosed) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  sink().closed = true;
  EXPECT_EQ(input().Poll(), FileInput::Progress::kClosed);
}

TEST_P(FileInputTest, ForgetsBookmarksOfFilesNoLongerConfigured) {
  Start({"a.log"});
  files().Append("a.log", "one\n");
  Read();
  files().Append("a.log", "two\n");
  Start({"b.log"});
  EXPECT_THAT(Read(), IsEmpty());
}

FileHole HoleIn(const CollectingSink& sink, std::uint64_t from, std::uint64_t until,
                const std::string& before) {
  const Bookmark& known = sink.bookmarks.begin()->second;
  FilePosition position = std::get<FilePosition>(known.position);
  position.offset = from;
  position.hash = PositionHash(before);
  return {known.source, position, until, 77};
}

TEST_P(FileInputTest, ReadsLinesAgainThatWereLostAndThenGoesOn) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\nthree\nfour\n");
  Read();
  files().Append("a.log", "five\n");
  input().ReadAgain({HoleIn(sink(), 4, 19, "one\n")});
  input().Poll();
  while (input().Poll() == FileInput::Progress::kMore) {
  }
  ASSERT_THAT(sink().chunks, SizeIs(3));
  const InputChunk& lines = sink().chunks[0];
  ASSERT_THAT(lines.lines, SizeIs(2));
  EXPECT_EQ(lines.Line(lines.lines[1]), "three");
  EXPECT_EQ(ScalarPosition(lines.bookmark), 14u);
  EXPECT_EQ(lines.again->epoch, 77u);
  EXPECT_EQ(lines.again->from, 4u);
  EXPECT_TRUE(sink().chunks[1].again->ends);
  EXPECT_EQ(sink().chunks[2].Line(sink().chunks[2].lines[0]), "five");
}

TEST_P(FileInputTest, AnInodeThatOnlyTheServerKnewIsAnotherGenerationWhenItIsUsedAgain) {
  Start({"*.log"});
  files().Append("b.old", "old\n");
  const FileId id = files().files().Stat(files().Path("b.old"))->id;
  files().Remove("b.old");
  input().ReadAgain({},
                    {{FileSourceKey(id), FilePosition{0, 4, {}, files().Path("b.log")}, false}});
  Read();
  files().Append("b.log", "new\nnewer\n");
  EXPECT_THAT(Read(), ElementsAre("new", "newer"));
  const FileId now = files().files().Stat(files().Path("b.log"))->id;
  const Bookmark& read = sink().bookmarks.at(FileSourceKey(now));
  EXPECT_EQ(std::get<FilePosition>(read.position).generation, now == id ? 1u : 0u);
}

TEST_P(FileInputTest, SaysWhichPatternMatchesNoFileUntilOneAppears) {
  Start({"*.txt"});
  Read();
  EXPECT_TRUE(input().unreadable().contains(files().Path("*.txt")));
  files().Append("b.txt", "two\n");
  EXPECT_THAT(Read(), ElementsAre("two"));
  EXPECT_THAT(input().unreadable(), IsEmpty());
}

TEST_P(FileInputTest, FindsTheLostLinesInARotatedFile) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  const FileHole hole = HoleIn(sink(), 0, 9, "");
  files().Rename("a.log", "a.log.1");
  input().ReadAgain({hole});
  while (input().Poll() == FileInput::Progress::kMore) {
  }
  ASSERT_THAT(sink().chunks, SizeIs(2));
  EXPECT_THAT(sink().chunks[0].lines, SizeIs(2));
}

TEST_P(FileInputTest, AHoleEndsAtOnceWhenItsFileIsGoneOrAnotherOne) {
  Start({"a.log"});
  files().Append("a.log", "one\ntwo\n");
  Read();
  const FileHole unlike = HoleIn(sink(), 4, 9, "not\n");
  FileHole gone = HoleIn(sink(), 4, 9, "one\n");
  gone.source = "file:1:987654321";
  input().ReadAgain({unlike, gone});
  while (input().Poll() == FileInput::Progress::kMore) {
  }
  ASSERT_THAT(sink().chunks, SizeIs(2));
  for (const InputChunk& chunk : sink().chunks) {
    EXPECT_THAT(chunk.lines, IsEmpty());
    EXPECT_TRUE(chunk.again->ends);
  }
}

}  // namespace
}  // namespace dims

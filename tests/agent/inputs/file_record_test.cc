// SPDX-License-Identifier: Apache-2.0
// FileInput and records of several lines.
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

class FileRecordTest : public FileInputFixture {
 protected:
  void StartIndented() { StartWith(RecordRule::Indented()); }

  void StartWith(std::shared_ptr<const RecordRule> rule) {
    FileInputOptions options;
    options.paths = {files().Path("a.log")};
    options.records = std::move(rule);
    StartAs(options);
  }
};

INSTANTIATE_TEST_SUITE_P(, FileRecordTest, ::testing::Values(false, true),
                         [](const auto& suite) { return suite.param ? "OnDisk" : "InMemory"; });

TEST_P(FileRecordTest, JoinsIndentedLinesToTheLineBeforeThem) {
  StartIndented();
  files().Append("a.log", "one\n  at a\n\tat b\ntwo\nthree\n at c\n");
  EXPECT_THAT(Read(), ElementsAre("one\n  at a\n\tat b", "two"));
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("three\n at c"));
}

TEST_P(FileRecordTest, BeginsARecordWhereThePatternIsFound) {
  StartWith(RecordRule::StartingWith("^\\d{4}-").value());
  files().Append("a.log", "lost start\n2026-11-22 one\nTraceback:\n\nValueError\n2026-11-22 two\n");
  EXPECT_THAT(Read(), ElementsAre("lost start", "2026-11-22 one\nTraceback:\n\nValueError"));
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("2026-11-22 two"));
}

TEST_P(FileRecordTest, WaitsForTheRestOfARecordThatIsBeingWritten) {
  StartIndented();
  files().Append("a.log", "one\n");
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", " at a\n at");
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", " b\ntwo\n");
  EXPECT_THAT(Read(), ElementsAre("one\n at a\n at b"));
}

TEST_P(FileRecordTest, SplitsNoRecordWhenTheAgentIsKilledInside) {
  StartIndented();
  files().Append("a.log", "one\n at a\n");
  EXPECT_THAT(Read(), IsEmpty());
  Restart();
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", " at b\ntwo\n");
  EXPECT_THAT(Read(), ElementsAre("one\n at a\n at b"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two"));
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST_P(FileRecordTest, SplitsNoRecordOfAFileThatIsNotHeldOpen) {
  limits_.open_files_max = 1;
  FileInputOptions options;
  options.paths = {files().Path("*.log")};
  options.records = RecordRule::Indented();
  StartAs(options);
  files().Append("a.log", "one\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one"));
  files().Append("b.log", "b\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("b"));
  files().Append("a.log", "two\n at a\n");
  EXPECT_THAT(Read(), IsEmpty());
  files().Append("a.log", " at b\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("two\n at a\n at b"));
}

TEST_P(FileRecordTest, KeepsAnUnfinishedLineOutOfARecordThatIsFlushed) {
  StartIndented();
  files().Append("a.log", "one\n at a\n at");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one\n at a"));
  files().Append("a.log", " b\ntwo\n");
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre(" at b", "two"));
}

TEST_P(FileRecordTest, EndsARecordAtItsBoundsWhereverReadingBegan) {
  std::string text = "first\n";
  for (int n = 0; n < 1'200; ++n) absl::StrAppend(&text, " line ", n, "\n");
  for (int n = 0; n < 40; ++n) text += " " + std::string(5'000, 'x') + "\n";
  files().Append("a.log", text + "last\n");
  StartIndented();
  const std::vector<std::string> records = ReadAfterQuiet();
  ASSERT_THAT(records, SizeIs(::testing::Gt(5u)));
  std::string joined;
  for (const std::string& record : records) {
    EXPECT_LE(record.size(), kChunkBytes);
    absl::StrAppend(&joined, record, "\n");
  }
  EXPECT_EQ(joined, text + "last\n");
  EXPECT_EQ(std::count(records[0].begin(), records[0].end(), '\n') + 1,
            static_cast<std::ptrdiff_t>(kRecordLinesMax));
}

TEST_P(FileRecordTest, GivesTheLastRecordOfARotatedFileWhole) {
  StartIndented();
  files().Append("a.log", "one\n at a\n at b");
  EXPECT_THAT(Read(), IsEmpty());
  files().Rename("a.log", "a.log.1");
  files().Append("a.log", "two\nthree\n");
  EXPECT_THAT(ReadAfterQuiet(),
              ::testing::UnorderedElementsAre("one\n at a\n at b", "two", "three"));
}

TEST_P(FileRecordTest, ReadsTheLastRecordOfAFileAgain) {
  StartIndented();
  const std::string text = "one\n at a\ntwo\n at b\n";
  files().Append("a.log", text);
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one\n at a", "two\n at b"));
  const FileId id = files().files().Stat(files().Path("a.log"))->id;
  const FilePosition start{0, 0, {}, files().Path("a.log")};
  input().ReadAgain({{FileSourceKey(id), start, text.size() + 1, 77}});
  EXPECT_THAT(Read(), ElementsAre("one\n at a", "two\n at b"));
  input().ReadAgain({{FileSourceKey(id), start, text.size(), 77}});
  EXPECT_THAT(Read(), ElementsAre("one\n at a"));
}

TEST_P(FileRecordTest, JoinsTheLinesOfAnArchive) {
  files().Append("a.gz", Gzip("one\n at a\ntwo\n at b\n"));
  FileInputOptions options;
  options.paths = {files().Path("*.gz")};
  options.records = RecordRule::Indented();
  StartAs(options);
  EXPECT_THAT(ReadAfterQuiet(), ElementsAre("one\n at a", "two\n at b"));
}

TEST_P(FileRecordTest, LeavesOutWhatIsExcludedAlsoOnceItIsRotated) {
  FileInputOptions options;
  options.paths = {files().Path("*.log")};
  options.exclude = {"debug*", files().Path("b.log")};
  StartAs(options);
  for (const char* name : {"a.log", "b.log", "debug.log"}) {
    files().Append(name, absl::StrCat(name, "\n"));
  }
  EXPECT_THAT(Read(), ElementsAre("a.log"));
  files().Rename("debug.log", "debug.log.1");
  Restart();
  EXPECT_THAT(ReadAfterQuiet(), IsEmpty());
}

TEST(RecordRuleTest, RefusesAPatternThatIsNone) {
  const auto rule = RecordRule::StartingWith("(");
  EXPECT_EQ(rule.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(rule.status().message(), "missing ): (");
}

}  // namespace
}  // namespace dims

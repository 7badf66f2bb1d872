// SPDX-License-Identifier: Apache-2.0
// What FileInput relies on, asked of the fake and of a real file system alike.
#include "agent/inputs/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_files.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FileSystemTest : public ::testing::TestWithParam<bool> {
 protected:
  FileSystemTest() : scratch(GetParam() ? MakeDiskFiles() : MakeMemoryFiles()) {}

  FileStatus Stat(const std::string& name) { return *scratch->files().Stat(scratch->Path(name)); }

  std::string ReadAt(const OpenFile& file, std::uint64_t offset, std::size_t size) {
    std::string out(size, '?');
    out.resize(*file.ReadAt(offset, out));
    return out;
  }

  const std::unique_ptr<ScratchFiles> scratch;
};

INSTANTIATE_TEST_SUITE_P(, FileSystemTest, ::testing::Values(false, true),
                         [](const auto& suite) { return suite.param ? "OnDisk" : "InMemory"; });

TEST_P(FileSystemTest, SaysNotFoundForAFileThatIsNotThere) {
  EXPECT_EQ(scratch->files().Stat(scratch->Path("none")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(scratch->files().Open(scratch->Path("none")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(scratch->files().List(scratch->Path("none")), IsEmpty());
  EXPECT_THAT(scratch->files().Glob(scratch->Path("none")), IsEmpty());
}

TEST_P(FileSystemTest, KeepsTheIdAcrossRenameAndChangesTheTimeWithEachWrite) {
  scratch->Append("a", "one");
  const FileStatus before = Stat("a");
  scratch->Rename("a", "b");
  EXPECT_EQ(Stat("b").id, before.id);
  EXPECT_EQ(Stat("b").size, 3u);
  EXPECT_TRUE(Stat("b").regular);
  scratch->Append("b", "two");
  EXPECT_GE(Stat("b").modified_ns, before.modified_ns);
}

TEST_P(FileSystemTest, GivesACopyAnIdOfItsOwn) {
  scratch->Append("a", "one");
  scratch->Copy("a", "b");
  EXPECT_NE(Stat("a").id, Stat("b").id);
}

TEST_P(FileSystemTest, ReadsAtAnyOffsetAndLessAtTheEnd) {
  scratch->Append("a", "0123456789");
  const auto file = *scratch->files().Open(scratch->Path("a"));
  EXPECT_EQ(ReadAt(*file, 3, 4), "3456");
  EXPECT_EQ(ReadAt(*file, 8, 4), "89");
  EXPECT_EQ(ReadAt(*file, 10, 4), "");
}

TEST_P(FileSystemTest, ReadsAnOpenFileOnAfterItsNameIsGone) {
  scratch->Append("a", "one");
  const auto file = *scratch->files().Open(scratch->Path("a"));
  EXPECT_FALSE(file->Stat()->deleted);
  scratch->Remove("a");
  EXPECT_TRUE(file->Stat()->deleted);
  EXPECT_EQ(ReadAt(*file, 0, 10), "one");
  scratch->Append("a", "other");
  EXPECT_NE(Stat("a").id, file->Stat()->id);
}

TEST_P(FileSystemTest, ReadsAHoleAsNulBytesAndFindsTheDataBehindIt) {
  scratch->WriteAt("a", 1 << 20, "text");
  const auto file = *scratch->files().Open(scratch->Path("a"));
  EXPECT_EQ(ReadAt(*file, 10, 3), std::string(3, '\0'));
  EXPECT_LE(file->NextData(0), std::uint64_t{1} << 20);
  EXPECT_EQ(file->NextData(1 << 20), std::uint64_t{1} << 20);
}

TEST_P(FileSystemTest, MatchesPatternsInOrderAndListsDirectories) {
  for (const char* name : {"b.log", "a.log", "c.txt"}) scratch->Append(name, "x");
  EXPECT_THAT(scratch->files().Glob(scratch->Path("*.log")),
              ElementsAre(scratch->Path("a.log"), scratch->Path("b.log")));
  const std::string directory = scratch->Path("x").substr(0, scratch->Path("x").size() - 2);
  EXPECT_THAT(scratch->files().List(directory), ElementsAre("a.log", "b.log", "c.txt"));
}

TEST_P(FileSystemTest, FollowsSymbolicLinks) {
  scratch->Append("a", "one");
  scratch->Link("link", "a");
  EXPECT_EQ(Stat("link").id, Stat("a").id);
  EXPECT_EQ(scratch->files().Resolve(scratch->Path("link")), scratch->Path("a"));
  EXPECT_EQ(scratch->files().Resolve(scratch->Path("none")), scratch->Path("none"));
}

}  // namespace
}  // namespace dims

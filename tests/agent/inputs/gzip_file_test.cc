// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/gzip_file.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gzip_text.h"
#include "tests/support/scratch_files.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

constexpr char kArchive[] = "a.log.1.gz";
constexpr std::uint64_t kStepBytes = 512u << 10;

std::string LinesOfText(int count) {
  std::string text;
  for (std::int64_t n = 0; n < count; ++n) {
    absl::StrAppend(&text, "line ", n, " ", n * 7919 % 1009, "\n");
  }
  return text;
}

class GzipFileTest : public ::testing::Test {
 protected:
  void Write(absl::string_view archive) { files_->Append(kArchive, archive); }

  void Open() { file_ = OpenText(files_->files(), files_->Path(kArchive)).value(); }

  std::string ReadAt(std::uint64_t offset, std::size_t size) {
    std::string out(size, '?');
    const auto got = file_->ReadAt(offset, out);
    EXPECT_TRUE(got.ok()) << got.status();
    out.resize(got.value_or(0));
    return out;
  }

  // From the start in pieces, as an input does.
  std::string ReadAll(std::size_t piece = 5000) {
    std::string text;
    while (true) {
      const std::string next = ReadAt(text.size(), piece);
      text += next;
      if (next.size() < piece) return text;
    }
  }

  absl::Status Ending() { return file_->Ending(); }

  ScratchFiles& files() { return *files_; }

 private:
  std::unique_ptr<ScratchFiles> files_ = MakeMemoryFiles();
  std::unique_ptr<OpenFile> file_;
};

TEST_F(GzipFileTest, GivesTheTextOfOneMember) {
  const std::string text = LinesOfText(20'000);
  Write(Gzip(text));
  Open();
  EXPECT_EQ(ReadAll(), text);
  EXPECT_TRUE(Ending().ok());
  EXPECT_EQ(ReadAt(text.size(), 10), "");
  EXPECT_EQ(ReadAt(text.size() + 1'000, 10), "");
}

TEST_F(GzipFileTest, F08ReadsSeveralMembersAsOneText) {
  Write(Gzip("one\ntwo") + Gzip("") + Gzip("\nthree\n"));
  Open();
  EXPECT_EQ(ReadAll(), "one\ntwo\nthree\n");
  EXPECT_TRUE(Ending().ok());
}

TEST_F(GzipFileTest, F08SkipsPaddingBetweenMembersAndGarbageBehindTheLast) {
  Write(Gzip("one\n") + std::string(512, '\0') + Gzip("two\n") + std::string(10'000, '\0'));
  Open();
  EXPECT_EQ(ReadAll(), "one\ntwo\n");
  EXPECT_TRUE(Ending().ok());

  Write("garbage that is no member");
  Open();
  EXPECT_EQ(ReadAll(), "one\ntwo\n");
  EXPECT_TRUE(Ending().ok());
}

TEST_F(GzipFileTest, LeavesGarbageThatBeginsLikeAMemberAlone) {
  Write(Gzip("one\n") + "\x1f oh no");
  Open();
  EXPECT_EQ(ReadAll(), "one\n");
  EXPECT_TRUE(Ending().ok());
}

TEST_F(GzipFileTest, GivesTheTextBeforeACutAndReadsOnWhenTheRestCame) {
  const std::string text = LinesOfText(50'000);
  const std::string archive = Gzip(text);
  Write(archive.substr(0, archive.size() / 2));
  Open();
  const std::string half = ReadAll();
  EXPECT_GT(half.size(), text.size() / 4);
  EXPECT_EQ(half, text.substr(0, half.size()));
  EXPECT_EQ(Ending().message(), "the archive is cut");

  Write(archive.substr(archive.size() / 2));
  EXPECT_EQ(half + ReadAt(half.size(), text.size()), text);
  EXPECT_TRUE(Ending().ok());
}

TEST_F(GzipFileTest, SaysThatAnEmptyArchiveIsCut) {
  Write("");
  Open();
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(Ending().message(), "the archive is cut");
}

TEST_F(GzipFileTest, GivesTheTextBeforeDamageAndSaysSo) {
  const std::string text = LinesOfText(50'000);
  std::string archive = Gzip(text);
  for (std::size_t n = 0; n < 64; ++n) archive[archive.size() / 2 + n] = '\xff';
  Write(archive);
  Open();
  const std::string before = ReadAll();
  EXPECT_GT(before.size(), text.size() / 4);
  EXPECT_LT(before.size(), text.size());
  EXPECT_EQ(Ending().message(), "the archive is damaged");
}

TEST_F(GzipFileTest, SaysThatAChecksumIsWrong) {
  std::string archive = Gzip("one\n");
  archive[archive.size() - 8] ^= 1;
  Write(archive);
  Open();
  EXPECT_EQ(ReadAll(), "one\n");
  EXPECT_EQ(Ending().message(), "the archive is damaged");
}

TEST_F(GzipFileTest, SaysThatAFileIsNoArchive) {
  Write("plain text\n");
  Open();
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(Ending().message(), "not a gzip archive");
}

TEST_F(GzipFileTest, ReadsAnywhereAndBackAgain) {
  const std::string text = LinesOfText(1'500'000);
  ASSERT_GT(text.size(), 5 * GzipFile::kAnchorBytes);
  Write(Gzip(text));
  Open();
  SeededRandom random(7);
  ReadAt(text.size() - 10, 10);
  for (int n = 0; n < 25; ++n) {
    const std::uint64_t offset = random.Below(text.size());
    const std::size_t size = random.Below(300'000);
    ASSERT_EQ(ReadAt(offset, size), text.substr(offset, size)) << offset;
  }
}

// Counts what is read of an archive.
class CountedFile final : public OpenFile {
 public:
  CountedFile(std::unique_ptr<OpenFile> file, std::uint64_t& bytes)
      : file_(std::move(file)), bytes_(bytes) {}

  absl::StatusOr<FileStatus> Stat() const override { return file_->Stat(); }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    const auto got = file_->ReadAt(offset, out);
    bytes_ += got.value_or(0);
    return got;
  }

  std::uint64_t NextData(std::uint64_t offset) const override { return offset; }

 private:
  const std::unique_ptr<OpenFile> file_;
  std::uint64_t& bytes_;
};

TEST_F(GzipFileTest, UnpacksNotEverythingAgainAfterALookAtTheStart) {
  const std::string text = LinesOfText(1'100'000);
  ASSERT_GT(text.size(), 4 * GzipFile::kAnchorBytes);
  const std::string archive = Gzip(text);
  Write(archive);
  std::uint64_t bytes = 0;
  const GzipFile file(
      std::make_unique<CountedFile>(files().files().Open(files().Path(kArchive)).value(), bytes));
  const std::uint64_t far = 3 * GzipFile::kAnchorBytes + kStepBytes;
  for (int n = 0; n < 10; ++n) {
    std::string out(10, '?');
    ASSERT_TRUE(file.ReadAt(0, out).ok());
    EXPECT_EQ(out, text.substr(0, 10));
    ASSERT_TRUE(file.ReadAt(far, out).ok());
    EXPECT_EQ(out, text.substr(far, 10));
  }
  EXPECT_LT(bytes, 2 * archive.size());
}

TEST_F(GzipFileTest, UnpacksABombOnlyAsFarAsItIsRead) {
  const std::string archive = Gzip(std::string(64u << 20, 'x'));
  ASSERT_LT(archive.size(), 2u << 20);
  Write(archive);
  Open();
  EXPECT_EQ(ReadAt(0, 1'000), std::string(1'000, 'x'));
  EXPECT_EQ(ReadAt((8u << 20) + 1, 1'000), std::string(1'000, 'x'));
}

TEST_F(GzipFileTest, GivesUpAnArchiveOfNothing) {
  const std::string empty = Gzip("");
  std::string archive;
  while (archive.size() < (17u << 20)) archive += empty;
  Write(archive);
  Open();
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(Ending().message(), "the archive goes on without any text");
}

TEST_F(GzipFileTest, OpensAnyOtherNameAsItIs) {
  files().Append("a.log", "\x1f\x8b\n");
  std::string out(10, '?');
  const auto file = OpenText(files().files(), files().Path("a.log"));
  EXPECT_EQ((*file)->ReadAt(0, out).value(), 3u);
  EXPECT_FALSE(OpenText(files().files(), files().Path("none.gz")).ok());
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/journal_input.h"

#include <gtest/gtest.h>
#include <simdjson.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "agent/parse/journal_entry.h"
#include "common/base/mutex.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

// Takes what inputs hand over, from their threads, up to a number of lines that is asked for.
class JournalSink final : public ChunkSink {
 public:
  bool Push(InputChunk chunk) override {
    MutexLock lock(mutex_);
    for (const InputLine& line : chunk.lines) lines_.emplace_back(chunk.Line(line));
    cursors_.insert(cursors_.end(), chunk.cursors.begin(), chunk.cursors.end());
    last_ = chunk.bookmark;
    changed_.NotifyAll();
    return true;
  }

  bool HasRoom(LossClass) const override { return true; }

  // The lines, once there are `count`.
  std::vector<std::string> WaitFor(std::size_t count) {
    MutexLock lock(mutex_);
    while (lines_.size() < count && changed_.WaitFor(mutex_, absl::Seconds(30))) continue;
    return lines_;
  }

  Bookmark last() const {
    MutexLock lock(mutex_);
    return last_;
  }

  std::vector<std::string> cursors() const {
    MutexLock lock(mutex_);
    return cursors_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> cursors_ ABSL_GUARDED_BY(mutex_);
  Bookmark last_ ABSL_GUARDED_BY(mutex_);
};

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Decompressed(const std::string& zstd) {
  std::string out(64u << 20, '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), zstd.data(), zstd.size());
  EXPECT_FALSE(ZSTD_isError(size));
  out.resize(ZSTD_isError(size) ? 0 : size);
  return out;
}

constexpr char kJournald[] = "/usr/lib/systemd/systemd-journald";

// "" where the object has no such member.
std::string TextOf(const simdjson::dom::element& object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

// A real journal file, in a directory of its own, and what journalctl says is in it.
class JournalInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DIMS_REQUIRE_SHARED_DATA(shared);
    std::ofstream(directory_ / "2004.journal", std::ios::binary)
        << Decompressed(FileText(shared + "/journald/2004.journal.zst"));
    std::ifstream expected(shared + "/journald/2004.journal.expected.jsonl");
    for (std::string line; std::getline(expected, line);) expected_.push_back(line);
    ASSERT_FALSE(expected_.empty());
  }

  JournalInputOptions Options(JournalStart start = JournalStart::kBeginning) const {
    JournalInputOptions options;
    options.directory = directory_.path();
    options.start = start;
    return options;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> expected_;  // one JSON object an entry
  SystemClock clock_;
  JournalSink sink_;
};

TEST_F(JournalInputTest, ReadsTheEntriesThatJournalctlReads) {
  JournalInput input(Options(), {}, sink_, clock_);
  input.Start();
  const std::vector<std::string> lines = sink_.WaitFor(expected_.size());
  input.Stop();
  ASSERT_EQ(lines.size(), expected_.size());
  simdjson::dom::parser parser;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const simdjson::dom::element wanted = parser.parse(expected_[n]);
    const JournalEntry entry = ReadJournalEntry(lines[n]);
    EXPECT_EQ(std::string(entry.message), TextOf(wanted, "MESSAGE"));
    EXPECT_EQ(std::string(entry.host), TextOf(wanted, "_HOSTNAME"));
    EXPECT_EQ(sink_.cursors()[n], TextOf(wanted, "__CURSOR"));
  }
}

TEST_F(JournalInputTest, GoesOnBehindItsBookmarkAndRepeatsNothing) {
  const std::size_t half = expected_.size() / 2;
  {
    JournalInput input(Options(), {}, sink_, clock_);
    input.Start();
    sink_.WaitFor(expected_.size());
    input.Stop();
  }
  Bookmark bookmark = sink_.last();
  bookmark.position = CursorPosition{sink_.cursors()[half - 1]};
  JournalSink rest;
  JournalInput input(Options(), {bookmark}, rest, clock_);
  input.Start();
  EXPECT_EQ(rest.WaitFor(expected_.size() - half).size(), expected_.size() - half);
  input.Stop();
  EXPECT_EQ(rest.cursors().front(), sink_.cursors()[half]);
}

TEST_F(JournalInputTest, BeginsAtTheEndWhereItIsTold) {
  const auto reader = JournalReader::Open(directory_.path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_TRUE((*reader)->SeekEnd().ok());
  EXPECT_FALSE(*(*reader)->Next());
}

TEST_F(JournalInputTest, F41LeavesOutWhatTheAgentWroteItself) {
  simdjson::dom::parser parser;
  std::vector<std::string> others;
  for (const std::string& line : expected_) {
    const simdjson::dom::element entry = parser.parse(line);
    if (TextOf(entry, "_EXE") != kJournald) others.push_back(TextOf(entry, "MESSAGE"));
  }
  const auto reader = JournalReader::Open(directory_.path());
  ASSERT_TRUE(reader.ok() && (*reader)->SeekStart().ok());
  std::size_t own = 0;
  while (*(*reader)->Next()) own += (*reader)->IsOf(kJournald) ? 1u : 0u;
  EXPECT_GT(own, 0u);
  EXPECT_EQ(own, expected_.size() - others.size());
  JournalInputOptions options = Options();
  options.own_executable = kJournald;
  JournalInput input(options, {}, sink_, clock_);
  input.Start();
  EXPECT_EQ(sink_.WaitFor(others.size()).size(), others.size());
  input.Stop();
}

TEST_F(JournalInputTest, F42ABookmarkThatIsGoneIsReadOnBehindAndRepeatsNothing) {
  std::vector<std::string> cursors;
  const auto reader = JournalReader::Open(directory_.path());
  ASSERT_TRUE(reader.ok() && (*reader)->SeekStart().ok());
  while (*(*reader)->Next()) cursors.push_back((*reader)->Cursor().value());
  ASSERT_GT(cursors.size(), 1u);
  EXPECT_TRUE(*(*reader)->SeekAfter(cursors[0]));
  std::string gone = cursors[0];
  gone.back() = gone.back() == '0' ? '1' : '0';  // another entry's contents: that one is no more
  EXPECT_FALSE(*(*reader)->SeekAfter(gone));
  ASSERT_TRUE(*(*reader)->Next());
}

TEST(JournalCursorTest, F42TheEntriesBetweenTwoCursorsAreCounted) {
  const std::string first = "s=aa;i=1f;b=1;m=2;t=653aa52e6a0e7;x=1";
  EXPECT_EQ(EntriesBetween(first, "s=aa;i=20;b=1;m=3;t=653aa52e6a0e8;x=2"), 0u);
  EXPECT_EQ(EntriesBetween(first, "s=aa;i=2f;b=1;m=3;t=653aa52e6a0e8;x=2"), 15u);
  EXPECT_EQ(EntriesBetween(first, "s=bb;i=2f;b=1;m=3;t=653aa52e6a0e8;x=2"), 0u)
      << "another journal";
  EXPECT_EQ(EntriesBetween(first, "s=aa;i=3;b=1"), 0u);
  EXPECT_EQ(EntriesBetween("", "nonsense"), 0u);
  EXPECT_EQ(TimeOfCursor(first), 0x653aa52e6a0e7 * std::int64_t{1000});
  EXPECT_EQ(TimeOfCursor("t=zz"), 0);
}

TEST(JournalReaderTest, NamesADirectoryThatIsNotThere) {
  const auto reader = JournalReader::Open("/nonexistent/journal");
  EXPECT_TRUE(absl::IsNotFound(reader.status())) << reader.status();
}

TEST(JournalReaderTest, RefusesWhatIsNoCursor) {
  const TemporaryDirectory directory;
  const auto reader = JournalReader::Open(directory.path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(absl::IsInvalidArgument((*reader)->SeekAfter("nonsense").status()));
}

TEST(JournalReaderTest, AnEmptyDirectoryHasNoEntries) {
  const TemporaryDirectory directory;
  const auto reader = JournalReader::Open(directory.path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_TRUE((*reader)->SeekStart().ok());
  EXPECT_FALSE(*(*reader)->Next());
}

}  // namespace
}  // namespace dims

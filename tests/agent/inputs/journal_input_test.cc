// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/journal_input.h"

#include <gtest/gtest.h>
#include <simdjson.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

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
    losses_.insert(losses_.end(), chunk.losses.begin(), chunk.losses.end());
    last_ = chunk.bookmark;
    changed_.NotifyAll();
    return true;
  }

  bool HasRoom(LossClass) const override {
    MutexLock lock(mutex_);
    if (!std::exchange(asked_, true)) changed_.NotifyAll();
    return has_room_;
  }

  void SetRoom(bool has_room) {
    MutexLock lock(mutex_);
    has_room_ = has_room;
  }

  // Until an input has asked for room.
  void WaitUntilAsked() {
    MutexLock lock(mutex_);
    while (!asked_ && changed_.WaitFor(mutex_, absl::Seconds(30))) continue;
  }

  // The lines, once there are `count`.
  std::vector<std::string> WaitFor(std::size_t count) {
    MutexLock lock(mutex_);
    while (lines_.size() < count && changed_.WaitFor(mutex_, absl::Seconds(30))) continue;
    return lines_;
  }

  // The cursor of the last bookmark, once it is `cursor` or in vain.
  std::string WaitForPosition(const std::string& cursor) {
    MutexLock lock(mutex_);
    while (position() != cursor && changed_.WaitFor(mutex_, absl::Seconds(10))) continue;
    return position();
  }

  std::vector<Loss> losses() const {
    MutexLock lock(mutex_);
    return losses_;
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
  std::string position() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto* const position = std::get_if<CursorPosition>(&last_.position);
    return position == nullptr ? "" : position->cursor;
  }

  mutable Mutex mutex_;
  mutable CondVar changed_;
  mutable bool asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_room_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<Loss> losses_ ABSL_GUARDED_BY(mutex_);
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

constexpr char kCat[] = "/usr/bin/cat";
constexpr char kJournald[] = "/usr/lib/systemd/systemd-journald";

void Put(std::string& file, std::size_t at, std::uint64_t value) {
  for (std::size_t n = 0; n < 8; ++n) file[at + n] = static_cast<char>(value >> (8 * n));
}

std::uint64_t Get(const std::string& file, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t n = 8; n-- > 0;) value = value << 8 | static_cast<unsigned char>(file[at + n]);
  return value;
}

// The journal file `file` as if its three entries were written `later` entries (and microseconds)
// after those that it has.
std::string Later(std::string file, std::uint64_t later) {
  const std::size_t arrays = Get(file, 176);  // of the header: entry_array_offset
  for (std::size_t n = 0; n < 3; ++n) {
    const std::size_t entry = Get(file, arrays + 24 + 8 * n);
    for (const std::size_t part : {16u, 24u, 32u}) {  // seqnum, realtime, monotonic
      Put(file, entry + part, Get(file, entry + part) + later);
    }
  }
  for (const std::size_t part :
       {160u, 168u, 184u, 192u, 200u}) {  // the same of the first and the last
    Put(file, part, Get(file, part) + later);
  }
  return file;
}

// As journald vacuums: the file's contents go as well, under the feet of whoever has it open.
void Vacuum(const std::string& path) {
  const std::string zeros(std::filesystem::file_size(path), '\0');
  std::fstream(path, std::ios::binary | std::ios::in | std::ios::out) << zeros;
  std::filesystem::remove(path);
}

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
    file_ = Decompressed(FileText(shared + "/journald/2004.journal.zst"));
    std::ofstream(directory_ / "2004.journal", std::ios::binary) << file_;
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

  // A file that holds the same entries as if they were written that much later.
  void AddLater(const std::string& name, std::uint64_t later) {
    std::ofstream(directory_ / (name + ".new"), std::ios::binary) << Later(file_, later);
    std::filesystem::rename(directory_ / (name + ".new"), directory_ / (name + ".journal"));
  }

  Bookmark At(const std::string& cursor) const {
    Bookmark bookmark;
    bookmark.source = Options().Source();
    bookmark.position = CursorPosition{cursor};
    return bookmark;
  }

  std::string Cursor(std::size_t n) const {
    simdjson::dom::parser parser;
    return TextOf(parser.parse(expected_.at(n)), "__CURSOR");
  }

  TemporaryDirectory directory_;
  std::string file_;                   // the journal file
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
  EXPECT_EQ((*reader)->Cursor().value(), cursors[0]) << "the oldest that is left";
}

TEST_F(JournalInputTest, F41ItsPositionIsBehindWhatItLeavesOut) {
  const std::string last = Cursor(expected_.size() - 1);
  JournalInputOptions options = Options();
  options.own_executable = kCat;  // of the last entry
  {
    JournalInput input(options, {}, sink_, clock_);
    input.Start();
    EXPECT_EQ(sink_.WaitForPosition(last), last);
    input.Stop();
  }
  JournalSink rest;
  JournalInput input(options, {At(Cursor(expected_.size() - 2))}, rest, clock_);
  input.Start();
  EXPECT_EQ(rest.WaitForPosition(last), last) << "also where there is nothing else";
  input.Stop();
  EXPECT_TRUE(rest.cursors().empty());
}

TEST_F(JournalInputTest, F42WhatIsVacuumedWhileItWaitsForMoreIsCounted) {
  JournalInput input(Options(), {}, sink_, clock_);
  input.Start();
  sink_.WaitFor(3);
  AddLater("other", 16);  // entries 17 to 19, and 4 to 16 were never seen
  sink_.WaitFor(6);
  EXPECT_TRUE(sink_.losses().empty()) << "the entry of the bookmark is there";
  Vacuum(directory_ / "2004.journal");
  Vacuum(directory_ / "other.journal");
  AddLater("newest", 32);  // 33 to 35
  EXPECT_EQ(sink_.WaitFor(9).size(), 9u);
  input.Stop();
  ASSERT_EQ(sink_.losses().size(), 1u);
  EXPECT_EQ(sink_.losses()[0].count, 13u);
  EXPECT_EQ(sink_.losses()[0].reason, "journal_vacuumed");
}

TEST_F(JournalInputTest, F42WhatIsVacuumedWhileThereIsNoRoomIsCounted) {
  AddLater("middle", 16);
  AddLater("newest", 32);
  sink_.SetRoom(false);
  JournalInput input(Options(), {At(Cursor(2))}, sink_, clock_);
  input.Start();
  sink_.WaitUntilAsked();
  Vacuum(directory_ / "2004.journal");
  Vacuum(directory_ / "middle.journal");
  sink_.SetRoom(true);
  EXPECT_EQ(sink_.WaitFor(3).size(), 3u);
  input.Stop();
  ASSERT_EQ(sink_.losses().size(), 1u);
  EXPECT_EQ(sink_.losses()[0].count, 29u);  // 4 to 32
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

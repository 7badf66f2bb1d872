// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "agent/inputs/position_hash.h"

namespace dims {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A file that is a text.
class TextFile final : public OpenFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}

  absl::StatusOr<FileStatus> Stat() const override {
    FileStatus status;
    status.size = text_.size();
    return status;
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= text_.size()) return 0;
    return text_.copy(out.data(), out.size(), offset);
  }

  std::uint64_t NextData(std::uint64_t offset) const override { return offset; }

 private:
  const std::string text_;
};

const absl::TimeZone kScanZone = absl::UTCTimeZone();

absl::Time At(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), kScanZone);
}

LoadScan Scan(const std::string& text, absl::Time written = absl::FromUnixSeconds(1'733'000'000),
              const std::vector<Bookmark>& known = {}) {
  return ScanLoadFile(TextFile(text), written, kScanZone, known, [] { return false; }).value();
}

Bookmark MarkAfter(const std::string& source, const std::string& text) {
  FilePosition position;
  position.offset = text.size();
  position.hash = PositionHash(text.substr(text.size() - std::min<std::size_t>(text.size(), 256)));
  return {source, position, false};
}

TEST(LoadScanTest, NamesAFileByItsFirstLineThatIsNoComment) {
  const LoadScan scan = Scan("#fields a b\none\ntwo\n");
  EXPECT_EQ(scan.size, 20u);
  EXPECT_EQ(scan.head.size(), 5 + 32 + 1u);
  EXPECT_EQ(scan.head, Scan("one\nthree and more\n").head);
  EXPECT_NE(scan.head, Scan("two\n").head);
}

TEST(LoadScanTest, FindsThePlacesThatLieInTheText) {
  const std::string text = absl::StrCat(std::string(300, 'a'), "\n", std::string(300, 'b'), "\n");
  const std::vector<Bookmark> known = {MarkAfter("load:x:0", text.substr(0, 301)),
                                       MarkAfter("load:y:0", text),
                                       MarkAfter("load:other:0", std::string(301, 'c')),
                                       MarkAfter("load:longer:0", text + "more\n")};
  const LoadScan scan = Scan(text, absl::FromUnixSeconds(0), known);
  EXPECT_THAT(scan.held, ::testing::ElementsAre(known[0], known[1]));
}

TEST(LoadScanTest, FindsAPlaceAtTheEdgeOfABlock) {
  std::string text;
  while (text.size() < (1u << 20)) absl::StrAppend(&text, "line ", text.size(), "\n");
  text.resize((1u << 20) + 10, 'x');
  for (const std::size_t at : {(1u << 20) - 1, 1u << 20, (1u << 20) + 1}) {
    EXPECT_THAT(Scan(text, absl::FromUnixSeconds(0), {MarkAfter("s", text.substr(0, at))}).held,
                SizeIs(1))
        << at;
  }
}

TEST(LoadScanTest, CountsYearsBackFromTheEndOfTheFile) {
  const std::string first = "Mar  1 00:00:00 a b: c\nDec 31 23:59:59 a b: c\n";
  const std::string second =
      "<13>Jan  1 00:00:00 a b: c\nFeb  1 00:00:00 a b: c\nDec 31 10:00:00 a b: c\n";
  const std::string third = "Jan  2 00:00:00 a b: c\nFeb  3 00:00:00 a b: c\n";
  const std::vector<DatedPart> parts = Scan(first + second + third, At(2025, 2, 3)).parts;
  ASSERT_THAT(parts, SizeIs(3));
  EXPECT_EQ(parts[0].written + absl::Hours(24) + absl::Seconds(1), At(2024, 1, 1));
  EXPECT_EQ(parts[1].offset, first.size());
  EXPECT_EQ(parts[1].written + absl::Hours(24) + absl::Seconds(1), At(2025, 1, 1));
  EXPECT_EQ(parts[2].offset, first.size() + second.size());
  EXPECT_EQ(parts[2].written, At(2025, 2, 3));
}

TEST(LoadScanTest, ALineThatCameLateOverNewYearKeepsItsYear) {
  const std::vector<DatedPart> parts = Scan(
                                           "Dec 31 23:59:58 a b: c\nJan  1 00:00:00 a b: c\nDec 31 "
                                           "23:59:59 a b: c\nJan  1 00:00:01 a\n",
                                           At(2025, 1, 1))
                                           .parts;
  ASSERT_THAT(parts, SizeIs(4));
  EXPECT_EQ(parts[0].written, parts[2].written);
  EXPECT_EQ(parts[1].written, parts[3].written);
  EXPECT_LT(parts[0].written, parts[1].written);
}

TEST(LoadScanTest, FindsNewYearAtTheEdgeOfABlock) {
  const std::string december = "Dec 31 23:59:59 a b: c\n";
  for (const std::size_t rest : {0u, 1u, 5u, 20u, 40u}) {
    std::string text;
    while (text.size() + december.size() <= (1u << 20) - rest) text += december;
    text.insert(text.size() - 1, std::string((1u << 20) - rest - text.size(), 'x'));
    const std::size_t new_year = text.size();
    text += "Jan  1 00:00:00 a b: c\n";
    const std::vector<DatedPart> parts = Scan(text, At(2025, 1, 1)).parts;
    ASSERT_THAT(parts, SizeIs(2)) << rest;
    EXPECT_EQ(parts[1].offset, new_year);
  }
}

TEST(LoadScanTest, AnEmptyFileHasNothing) {
  const LoadScan scan = Scan("");
  EXPECT_EQ(scan.size, 0u);
  EXPECT_THAT(scan.held, IsEmpty());
}

TEST(LoadScanTest, EndsWhenItIsStopped) {
  const auto scan =
      ScanLoadFile(TextFile("x\n"), At(2025, 1, 1), kScanZone, {}, [] { return true; });
  EXPECT_TRUE(absl::IsCancelled(scan.status()));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// The acceptance points of docs/query_language.md, over a handful of events.
#include <memory>
#include <string>
#include <vector>

#include "common/event/batch_builder.h"
#include "common/event/batch_source.h"
#include "common/filter/evaluate.h"
#include "common/filter/query.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

IpAddress Ip(absl::string_view text) {
  return *IpAddress::Parse(text);
}

constexpr std::int64_t kSecond = 1'000'000'000;

// 0 ssh failure  1 a web request  2 DNS  3 Windows process  4 coloured text, port 2222  5 nearly
// nothing
EventBatch Events() {
  BatchBuilder builder;
  builder.Integer(Field::kTimestamp, 1'796'000'000 * kSecond);
  builder.Text(Field::kMessage, "Failed password for root from 198.51.100.7 port 22");
  builder.Keyword(Field::kUserName, "root");
  builder.Ip(Field::kSourceIp, Ip("198.51.100.7"));
  builder.Integer(Field::kSourcePort, 22);
  builder.AddKeyword(Field::kTags, "night");
  builder.FinishRow();
  builder.Text(Field::kMessage, "GET /etc/passwd HTTP/1.1");
  builder.Text(Field::kUrlOriginal, "http://shop.example/etc/passwd?x=1");
  builder.Ip(Field::kDestinationIp, Ip("fe80::1"));
  builder.NamedInteger("labels.code", 404);
  builder.FinishRow();
  builder.Keyword(Field::kDnsQuestionName, "omsedi.abc.com");
  builder.AddIp(Field::kDnsResolvedIp, Ip("203.0.113.9"));
  builder.NamedKeyword("labels.code", "NXDOMAIN");
  builder.FinishRow();
  builder.Text(Field::kProcessCommandLine, "C:\\Windows\\cmd.exe /c \"dir\" and more");
  builder.Keyword(Field::kUserName, "Administrator");
  builder.NamedKeyword("labels.code", "500");
  builder.FinishRow();
  builder.Text(Field::kMessage, "\x1b[31merror\x1b[0m at 12:30:45");
  builder.Integer(Field::kSourcePort, 2222);
  builder.FinishRow();
  builder.Keyword(Field::kEventAction, "deadbeefcafe");
  builder.FinishRow();
  return builder.Finish();
}

std::vector<std::uint32_t> Rows(absl::string_view text) {
  const auto filter = ParseFilter(text);
  EXPECT_TRUE(filter.ok()) << filter.status().message();
  std::vector<std::uint32_t> rows;
  if (!filter.ok()) return rows;
  BatchSource source(std::make_shared<const EventBatch>(Events()));
  EvaluateFilter(*filter, source)->ForEach([&](std::uint32_t row) { rows.push_back(row); });
  return rows;
}

std::string Error(absl::string_view text) {
  const auto query = ParseQuery(text);
  EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(query.status().message());
}

TEST(FilterTest, AWordFindsPartsOfWords) {
  EXPECT_THAT(Rows("edi"), ElementsAre(2));
  EXPECT_THAT(Rows("beefca"), ElementsAre(5));
}

TEST(FilterTest, CaseNeverSurprises) {
  EXPECT_THAT(Rows("ROOT"), ElementsAre(0));
  EXPECT_THAT(Rows("USER.NAME:RoOt"), ElementsAre(0));
  EXPECT_THAT(Rows("labels.code:nxDomain"), ElementsAre(2));
  EXPECT_THAT(Rows("user.name:=ROOT"), ElementsAre(0));
}

TEST(FilterTest, ColourCodesNeverBreakAMatch) {
  EXPECT_THAT(Rows("error"), ElementsAre(4));
}

TEST(FilterTest, APortIsNotPartOfAnotherPort) {
  EXPECT_THAT(Rows("port:22"), ElementsAre(0));
  EXPECT_THAT(Rows("port:22*"), ElementsAre(0, 4));
  EXPECT_THAT(Rows("source.port:*2"), ElementsAre(0, 4));
}

TEST(FilterTest, AWildcardAtTheFrontWorks) {
  EXPECT_THAT(Rows("*dministrat?r"), ElementsAre(3));
  EXPECT_THAT(Rows("user.name:*oo*"), ElementsAre(0));
}

TEST(FilterTest, AddressesTimesPathsAndUrlsNeedNoQuotes) {
  EXPECT_THAT(Rows("fe80::1"), ElementsAre(1));
  EXPECT_THAT(Rows("12:30:45"), ElementsAre(4));
  EXPECT_THAT(Rows("C:\\Windows"), ElementsAre(3));
  EXPECT_THAT(Rows("/etc/passwd"), ElementsAre(1));
  EXPECT_THAT(Rows("http://shop.example/"), ElementsAre(1));
  EXPECT_THAT(Rows("00:1b:44:11:3a:b7"), IsEmpty());
}

TEST(FilterTest, QuotesTakeEverythingLiterally) {
  EXPECT_THAT(Rows("\"for root from\""), ElementsAre(0));
  EXPECT_THAT(Rows("\"r*t\""), IsEmpty());
  EXPECT_THAT(Rows(R"("/c \"dir\"")"), ElementsAre(3));
  EXPECT_THAT(Rows(R"("C:\\Windows\cmd")"), ElementsAre(3));
}

TEST(FilterTest, TheWordsAndOrNotAreSearchedInQuotes) {
  EXPECT_THAT(Rows("\"and\""), ElementsAre(3));
  EXPECT_THAT(Rows("user.name:and"), IsEmpty());
}

TEST(FilterTest, JoinsWordsByAndUnlessToldOtherwise) {
  EXPECT_THAT(Rows("failed root"), ElementsAre(0));
  EXPECT_THAT(Rows("failed AND root"), ElementsAre(0));
  EXPECT_THAT(Rows("failed error"), IsEmpty());
  EXPECT_THAT(Rows("failed or error"), ElementsAre(0, 4));
  EXPECT_THAT(Rows("error Or failed root"), ElementsAre(0, 4));
  EXPECT_THAT(Rows("(error OR failed) port:22"), ElementsAre(0));
}

TEST(FilterTest, NotMatchesRowsWithoutTheField) {
  EXPECT_THAT(Rows("NOT user.name:root"), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(Rows("-user.name:* -port:*"), ElementsAre(1, 2, 5));
  EXPECT_THAT(Rows("not not root"), ElementsAre(0));
}

TEST(FilterTest, GroupsSearchEveryFieldOfTheirKind) {
  EXPECT_THAT(Rows("ip:203.0.113.9"), ElementsAre(2));
  EXPECT_THAT(Rows("ip:198.51.100.0/24"), ElementsAre(0));
  EXPECT_THAT(Rows("198.51.100.0/24"), ElementsAre(0));
  EXPECT_THAT(Rows("ip:fe80::/10"), ElementsAre(1));
  EXPECT_THAT(Rows("domain:abc.com"), ElementsAre(2));
  EXPECT_THAT(Rows("user:root"), ElementsAre(0));
}

TEST(FilterTest, AFieldWithTwoTypesKeepsBoth) {
  EXPECT_THAT(Rows("labels.code:*"), ElementsAre(1, 2, 3));
  EXPECT_THAT(Rows("labels.code:>403"), ElementsAre(1, 3));
  EXPECT_THAT(Rows("labels.code:404"), ElementsAre(1));
}

TEST(FilterTest, ComparesAndRangesAsNumbersAndTimes) {
  EXPECT_THAT(Rows("source.port:>22"), ElementsAre(4));
  EXPECT_THAT(Rows("source.port:>= 22"), ElementsAre(0, 4));
  EXPECT_THAT(Rows("source.port:[* TO 22]"), ElementsAre(0));
  EXPECT_THAT(Rows("source.port:[23 to 3000]"), ElementsAre(4));
  EXPECT_THAT(Rows("@timestamp:2026-11-30"), ElementsAre(0));
  EXPECT_THAT(Rows("@timestamp:[\"2026-11-30 00:00\" TO 2026-11-30T00:53:20Z]"), ElementsAre(0));
  EXPECT_THAT(Rows("@timestamp:<2026-11-30"), IsEmpty());
}

TEST(FilterTest, TakesAlternativesOfOneField) {
  EXPECT_THAT(Rows("user.name:(root OR =administrator)"), ElementsAre(0, 3));
  EXPECT_THAT(Rows("source.port:(22 OR >2000)"), ElementsAre(0, 4));
}

TEST(FilterTest, SearchesExpressionsFoldedUnlessMarked) {
  EXPECT_THAT(Rows("/FAILED .* root/"), ElementsAre(0));
  EXPECT_THAT(Rows("/FAILED .* root/c"), IsEmpty());
  EXPECT_THAT(Rows("(message:/port \\d+$/)"), ElementsAre(0));
  EXPECT_THAT(Rows("/http\\/1.[01]/ or nothing"), ElementsAre(1));
}

TEST(FilterTest, TheEmptyFilterAndTheStarMatchEverything) {
  EXPECT_THAT(Rows(""), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(Rows(" * "), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(FilterTest, AnErrorShowsTheTextACaretAndWhatWasExpected) {
  EXPECT_EQ(Error("user.name:(root OR "),
            "user.name:(root OR \n"
            "                   ^\n"
            "expected a value, found the end");
  EXPECT_EQ(Error("root )"), "root )\n     ^\nthis ) closes nothing");
}

TEST(FilterTest, AnErrorNamesTheNearestField) {
  EXPECT_THAT(Error("usr.name:root"), HasSubstr("did you mean user.name?"));
  EXPECT_THAT(Error("src.ip:1.2.3.4"), HasSubstr("did you mean source.ip?"));
  EXPECT_THAT(Error("cmdline:foo"), HasSubstr("quote it: \"cmdline:foo\""));
}

TEST(FilterTest, EachMistakeHasItsOwnMessage) {
  EXPECT_THAT(Error("\"open"), HasSubstr("never closed"));
  EXPECT_THAT(Error("(a"), HasSubstr("expected ), found the end"));
  EXPECT_THAT(Error("a AND"), HasSubstr("expected a word"));
  EXPECT_THAT(Error("a AND OR b"), HasSubstr("expected a word"));
  EXPECT_THAT(Error("OR b"), HasSubstr("expected a word"));
  EXPECT_THAT(Error("user.name:"), HasSubstr("expected a value"));
  EXPECT_THAT(Error(">5"), HasSubstr("needs a field"));
  EXPECT_THAT(Error("source.port:[1 5]"), HasSubstr("expected TO"));
  EXPECT_THAT(Error("source.port:[1 TO 5"), HasSubstr("expected ]"));
  EXPECT_THAT(Error("message:/(/"), HasSubstr("not a regular expression"));
  EXPECT_THAT(Error("()"), HasSubstr("expected a word"));
}

TEST(FilterTest, SaysWhatIsNotAvailableYet) {
  for (const char* text : {"ip:@watchlist", "@watchlist", "user.name:in(root)", "in(root)",
                           "root | extract x", "root | eval x=1"}) {
    EXPECT_EQ(ParseQuery(text).status().code(), absl::StatusCode::kUnimplemented) << text;
  }
}

TEST(FilterTest, RefusesDepthSizeAndNumberBeyondTheLimits) {
  EXPECT_THAT(Error(std::string(1000, '(') + "a"), HasSubstr("64 levels"));
  EXPECT_THAT(Error(std::string(1000, '-') + "a"), HasSubstr("64 levels"));
  EXPECT_THAT(Error(std::string(kQueryBytesMax + 1, 'a')), HasSubstr("64 KiB"));
  EXPECT_THAT(Error(std::string(5000, 'a')), HasSubstr("4,096 bytes"));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a ";
  EXPECT_THAT(Error(many), HasSubstr("4,096 tests"));
}

TEST(FilterTest, AFilterTakesNoPipes) {
  EXPECT_FALSE(ParseFilter("root | head 5").ok());
}

// Remembers which columns were asked.
class AskedSource final : public ColumnSource {
 public:
  AskedSource() : source_(std::make_shared<const EventBatch>(Events())) {}

  std::uint32_t rows() const override { return source_.rows(); }

  const std::vector<ColumnId>& columns() const override { return source_.columns(); }

  absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) override {
    asked.push_back(id.name);
    return source_.Load(id);
  }

  std::vector<std::string> asked;

 private:
  BatchSource source_;
};

TEST(FilterTest, AsksForNumbersBeforeWordsAndStopsWhenTheyDecide) {
  for (const char* text : {"failed @timestamp:<1970-01-01", "@timestamp:<1970-01-01 failed",
                           "(failed OR root) message:x @timestamp:<1970-01-01"}) {
    AskedSource source;
    EXPECT_TRUE(EvaluateFilter(*ParseFilter(text), source)->None());
    EXPECT_THAT(source.asked, ElementsAre("@timestamp")) << text;
  }
}

}  // namespace
}  // namespace dims

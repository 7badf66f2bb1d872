// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/csv_rows.h"
#include "server/intel/indicator_list.h"
#include "server/intel/intel_store.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<std::string>>;

Rows ReadAll(absl::string_view text) {
  Rows out;
  CsvRows rows(text);
  absl::StatusOr<std::vector<std::string>> fields = std::vector<std::string>();
  while (rows.Next(fields)) {
    out.push_back(fields.ok() ? *fields : std::vector<std::string>{"error"});
    out.back().push_back(absl::StrCat("@", rows.line()));
  }
  return out;
}

TEST(CsvRowsTest, ReadsQuotesLineEndsAndEmptyFieldsAsRfc4180HasThem) {
  EXPECT_EQ(ReadAll("\xEF\xBB\xBF"
                    "a,b\r\n\"x, \"\"y\"\"\nz\",\n\n,last"),
            (Rows{{"a", "b", "@1"}, {"x, \"y\"\nz", "", "@2"}, {"", "last", "@5"}}));
  EXPECT_EQ(ReadAll(""), Rows{});
  EXPECT_EQ(ReadAll("\n\r\n"), Rows{});
}

TEST(CsvRowsTest, GoesOnAfterARowThatCannotBeRead) {
  EXPECT_EQ(ReadAll("\"a\"b,c\nok"), (Rows{{"error", "@1"}, {"ok", "@2"}}));
  EXPECT_EQ(ReadAll("a\rb\nok"), (Rows{{"error", "@1"}, {"ok", "@2"}}));
  EXPECT_EQ(ReadAll(std::string(kCsvFieldBytesMax + 1, 'x') + "\nok"),
            (Rows{{"error", "@1"}, {"ok", "@2"}}));
  EXPECT_EQ(ReadAll(std::string(kCsvFieldsMax, ',') + "\nok"),
            (Rows{{"error", "@1"}, {"ok", "@2"}}));
  EXPECT_EQ(ReadAll("ok\n\"never ends\nx"), (Rows{{"ok", "@1"}, {"error", "@2"}}));
}

TEST(IndicatorListTest, ReadsEveryColumnInAnyOrder) {
  const auto list = ParseIndicatorList("ours",
                                       "name,indicator,tlp,confidence,type,expires,unknown\n"
                                       "scanner,192.0.2.7,red,90,address,2027-01-31,x\n"
                                       "\"a, b\",*.Evil.example,TLP:GREEN,,,,\n");
  ASSERT_TRUE(list.ok()) << list.status();
  const std::int64_t end =
      absl::ToUnixNanos(absl::FromCivil(absl::CivilDay(2027, 2, 1), absl::UTCTimeZone())) - 1;
  EXPECT_THAT(
      list->indicators,
      ElementsAre(
          Indicator{{ObservableKind::kAddress, "192.0.2.7"}, 90, Tlp::kRed, end, "ours", "scanner"},
          Indicator{{ObservableKind::kDomain, "evil.example"},
                    50,
                    Tlp::kGreen,
                    kNeverExpires,
                    "ours",
                    "a, b"}));
  EXPECT_EQ(list->refused, 0u);
}

TEST(IndicatorListTest, RefusesLinesThatAreWrongAndSaysWhichAndWhy) {
  const auto list = ParseIndicatorList("ours",
                                       "indicator,type,confidence,tlp,expires,name\n"
                                       "192.0.2.1\n"
                                       "http://evil.example/\n"
                                       "192.0.2.2,domain\n"
                                       "192.0.2.3,,101\n"
                                       "192.0.2.4,,,purple\n"
                                       "192.0.2.5,,,,soon\n"
                                       "192.0.2.6,,,,,\"a\x1b[31m\"\n"
                                       "192.0.2.7,,,,,\xc0\x80\n"
                                       "0.0.0.0/0\n"
                                       "::/8\n");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->indicators.size(), 1u);
  EXPECT_EQ(list->refused, 9u);
  EXPECT_THAT(list->findings,
              ElementsAre(HasSubstr("line 3: indicator \"http://evil.example/\""),
                          HasSubstr("line 4: type \"domain\": the indicator is of type address"),
                          HasSubstr("line 5: confidence \"101\""), HasSubstr("line 6: tlp"),
                          HasSubstr("line 7: expires"), HasSubstr("line 8: name \"a\\x1b"),
                          HasSubstr("line 9: name"), HasSubstr("line 10:"), HasSubstr("line 11:")));
}

TEST(IndicatorListTest, NamesNoMoreThanTheFirstRefusedLines) {
  std::string csv = "indicator\n192.0.2.1\n";
  for (int i = 0; i < 100; ++i) csv += "nonsense\n";
  const auto list = ParseIndicatorList("ours", csv);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->refused, 100u);
  EXPECT_EQ(list->findings.size(), kFindingsMax);
}

TEST(IndicatorListTest, RefusesAFileThatIsNoList) {
  const auto message = [](absl::string_view provider, absl::string_view csv) {
    return std::string(ParseIndicatorList(provider, csv).status().message());
  };
  EXPECT_THAT(message("ours", ""), HasSubstr("empty"));
  EXPECT_THAT(message("ours", "192.0.2.1\n"), HasSubstr("column \"indicator\""));
  EXPECT_THAT(message("ours", "indicator\nx\n"), HasSubstr("not one of 1 lines"));
  EXPECT_THAT(message("", "indicator\n192.0.2.1\n"), HasSubstr("provider"));
  EXPECT_THAT(message("a b", "indicator\n192.0.2.1\n"), HasSubstr("provider"));
}

class IntelStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    store_.reset();
    auto opened = IntelStore::Open(directory_ / "intel.db", clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  std::string NameOf(const std::string& address) {
    const auto set = store_->Snapshot();
    const auto match =
        set->BestOfAddress(*IpAddress::Parse(address), absl::ToUnixNanos(clock_.Now()));
    return match ? absl::StrCat(match->provider, ":", match->name) : "-";
  }

  TemporaryDirectory directory_;
  SimulatedClock clock_;
  std::unique_ptr<IntelStore> store_;
};

TEST_F(IntelStoreTest, ReplacesAProvidersListAndLeavesTheOthers) {
  ASSERT_TRUE(store_->Import("a", "indicator,name\n192.0.2.1,one\n192.0.2.2,two\n").ok());
  ASSERT_TRUE(store_->Import("b", "indicator,name\n192.0.2.3,three\n").ok());
  const auto again = store_->Import("a", "indicator,name\n192.0.2.2,second\nbad\n");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->indicators, 1u);
  EXPECT_EQ(again->refused, 1u);
  EXPECT_EQ(NameOf("192.0.2.1"), "-");
  EXPECT_EQ(NameOf("192.0.2.2"), "a:second");
  EXPECT_EQ(NameOf("192.0.2.3"), "b:three");
}

TEST_F(IntelStoreTest, KeepsItsListsOverARestart) {
  ASSERT_TRUE(
      store_->Import("a", "indicator,type,confidence,tlp,expires,name\n192.0.2.1,,80,red,,one\n")
          .ok());
  const auto before = store_->Snapshot()->All(*Observable::Parse("192.0.2.1"), 0);
  Reopen();
  EXPECT_EQ(store_->Snapshot()->All(*Observable::Parse("192.0.2.1"), 0), before);
  EXPECT_EQ(before.size(), 1u);
}

TEST_F(IntelStoreTest, KeepsTheFormerListWhenTheNewOneCannotBeRead) {
  ASSERT_TRUE(store_->Import("a", "indicator,name\n192.0.2.1,one\n").ok());
  EXPECT_FALSE(store_->Import("a", "indicator\nnonsense\n").ok());
  EXPECT_EQ(NameOf("192.0.2.1"), "a:one");
  ASSERT_TRUE(store_->Import("a", "indicator\n").ok());
  EXPECT_EQ(NameOf("192.0.2.1"), "-");
}

TEST_F(IntelStoreTest, LetsASnapshotOutliveTheNextImport) {
  ASSERT_TRUE(store_->Import("a", "indicator,name\n192.0.2.1,one\n").ok());
  const auto held = store_->Snapshot();
  ASSERT_TRUE(store_->Import("a", "indicator\n").ok());
  EXPECT_TRUE(held->BestOfAddress(*IpAddress::Parse("192.0.2.1"), 0).has_value());
}

TEST_F(IntelStoreTest, StopsMatchingAtTheExpiry) {
  const std::string expires =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_.Now() + absl::Hours(1), absl::UTCTimeZone());
  ASSERT_TRUE(
      store_->Import("a", absl::StrCat("indicator,expires,name\n192.0.2.1,", expires, ",one\n"))
          .ok());
  EXPECT_EQ(NameOf("192.0.2.1"), "a:one");
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(NameOf("192.0.2.1"), "-");
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/predicate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/column_builder.h"
#include "common/event/regex_literals.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/predicate_oracle.h"
#include "tests/support/random_batch.h"
#include "tests/support/random_predicate.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Column Strings(ColumnType type, const std::vector<std::string>& values) {
  ColumnBuilder builder("x", type);
  std::uint32_t row = 0;
  for (const std::string& value : values) builder.SetBytes(row++, value);
  return builder.Take(row);
}

Column Integers(ColumnType type, const std::vector<std::int64_t>& values) {
  ColumnBuilder builder("x", type);
  std::uint32_t row = 0;
  for (const std::int64_t value : values) builder.SetInteger(row++, value);
  return builder.Take(row);
}

std::vector<std::uint32_t> Rows(const Predicate& predicate, const Column& column) {
  std::vector<std::uint32_t> rows;
  EvaluatePredicate(predicate, column).ForEach([&](std::uint32_t row) { rows.push_back(row); });
  return rows;
}

std::string Describe(const Predicate& predicate) {
  return absl::StrCat("kind ", static_cast<int>(predicate.kind()), " text '", predicate.text(),
                      "' low '", predicate.low().value_or("-"), "' high '",
                      predicate.high().value_or("-"), "' comparison ",
                      static_cast<int>(predicate.comparison()));
}

TEST(PredicateTest, AgreesWithTheRowByRowOracleOnRandomColumns) {
  SeededRandom random(20);
  int pairs = 0;
  int matches = 0;
  for (int round = 0; round < 150; ++round) {
    const EventBatch batch = RandomBatch(static_cast<std::uint32_t>(random.Below(200)), random);
    for (const Column& column : batch.columns()) {
      for (int i = 0; i < 12; ++i, ++pairs) {
        const Predicate predicate = RandomPredicate(random);
        const RowBitmap rows = EvaluatePredicate(predicate, column);
        for (std::uint32_t row = 0; row < batch.rows(); ++row) {
          ASSERT_EQ(rows.Test(row), OracleMatches(predicate, column, row))
              << Describe(predicate) << " on " << ColumnTypeName(column.type()) << " row " << row
              << ": "
              << (OracleValuesAt(column, row).empty() ? "-"
                                                      : OracleValuesAt(column, row)[0].printed);
          matches += rows.Test(row) ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GE(pairs, 5000);
  EXPECT_GE(matches, 10'000);
}

TEST(PredicateTest, RequiresOnlyLiteralsThatEveryMatchHolds) {
  SeededRandom random(21);
  for (int round = 0; round < 20'000; ++round) {
    const Predicate predicate = RandomPredicate(random);
    const std::string value = RandomValue(random);
    if (!MatchesText(predicate, value)) continue;
    for (const std::string& literal : predicate.required_literals()) {
      EXPECT_TRUE(FoldedSearch(literal).Find(value) != absl::string_view::npos)
          << Describe(predicate) << " requires " << literal << " but matches " << value;
    }
  }
}

TEST(PredicateTest, FindsPartsOfWordsInAnyCase) {
  const Column texts = Strings(ColumnType::kText, {"host omsedi.abc.com", "MEDIA", "e di"});
  EXPECT_THAT(Rows(Predicate::Contains("EDI"), texts), ElementsAre(0, 1));
}

TEST(PredicateTest, NeverMatchesAcrossTwoRows) {
  const Column texts = Strings(ColumnType::kText, {"abc", "def", "cd", "", "xcd"});
  EXPECT_THAT(Rows(Predicate::Contains("cd"), texts), ElementsAre(2, 4));
}

TEST(PredicateTest, ComparesNumbersAsNumbers) {
  const Column ports = Integers(ColumnType::kInteger, {22, 2222, 100, -5});
  EXPECT_THAT(Rows(Predicate::Contains("22"), ports), ElementsAre(0));
  EXPECT_THAT(Rows(Predicate::Equals("22.0"), ports), ElementsAre(0));
  EXPECT_THAT(Rows(Predicate::Wildcard("22*"), ports), ElementsAre(0, 1));
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreater, "99.5"), ports), ElementsAre(1, 2));
  EXPECT_THAT(Rows(Predicate::Range("-10", "22"), ports), ElementsAre(0, 3));
}

TEST(PredicateTest, IsExactAtTheLimitsOfInt64) {
  const Column values = Integers(ColumnType::kInteger, {INT64_MAX, INT64_MAX - 1, INT64_MIN});
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreater, "9223372036854775806"), values),
              ElementsAre(0));
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreater, "9223372036854775807"), values),
              IsEmpty());
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kLess, "1e30"), values), ElementsAre(0, 1, 2));
  EXPECT_THAT(Rows(Predicate::Equals("-9223372036854775808"), values), ElementsAre(2));
}

TEST(PredicateTest, ComparesOnlyTheNumbersOfAKeywordColumn) {
  const Column codes = Strings(ColumnType::kKeyword, {"404", "99", "abc", "5e2"});
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreater, "100"), codes), ElementsAre(0, 3));
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreaterOrEqual, "ABC"), codes), ElementsAre(2));
}

TEST(PredicateTest, TakesADateForItsWholeDay) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t midnight = 1'795'996'800 * kSecond;  // 2026-11-30
  const Column times =
      Integers(ColumnType::kTime,
               {midnight - 1, midnight, midnight + 86'399 * kSecond, midnight + 86'400 * kSecond});
  EXPECT_THAT(Rows(Predicate::Equals("2026-11-30"), times), ElementsAre(1, 2));
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kGreater, "2026-11-30"), times), ElementsAre(3));
  EXPECT_THAT(Rows(Predicate::Compare(Comparison::kLessOrEqual, "2026-11-30"), times),
              ElementsAre(0, 1, 2));
}

TEST(PredicateTest, FindsAddressesInsideKeywordsByBlock) {
  const Column values = Strings(ColumnType::kKeyword, {"198.51.100.7", "198.51.101.7", "x"});
  EXPECT_THAT(Rows(Predicate::InCidr(*Cidr::Parse("198.51.100.0/24")), values), ElementsAre(0));
}

TEST(PredicateTest, SeesAnyElementOfAList) {
  ColumnBuilder builder("tags", ColumnType::kKeywordList);
  builder.AddBytes(0, "alpha");
  builder.AddBytes(0, "beta");
  builder.SetEmptyList(1);
  const Column tags = builder.Take(3);
  EXPECT_THAT(Rows(Predicate::Equals("BETA"), tags), ElementsAre(0));
  EXPECT_THAT(Rows(Predicate::Exists(), tags), ElementsAre(0, 1));
}

TEST(PredicateTest, MatchesOneCharacterWithAQuestionMark) {
  const Column texts = Strings(ColumnType::kKeyword, {"caf\u00e9!", "cafe!", "caf!"});
  EXPECT_THAT(Rows(Predicate::Wildcard("caf?!"), texts), ElementsAre(0, 1));
}

TEST(PredicateTest, FindsASetOfAddressesHoweverTheyAreWritten) {
  ColumnBuilder builder("source.ip", ColumnType::kIp);
  builder.SetIp(0, *IpAddress::Parse("2001:db8::1"));
  builder.SetIp(1, *IpAddress::Parse("198.51.100.7"));
  const Column addresses = builder.Take(2);
  EXPECT_THAT(Rows(Predicate::OneOf({"2001:DB8:0::1"}), addresses), ElementsAre(0));
}

TEST(PredicateTest, RefusesBadAndHugeExpressions) {
  EXPECT_EQ(Predicate::Regex("(", false).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Predicate::Regex("((((a{100}){100}){100}){100})", false).ok());
  EXPECT_FALSE(Predicate::Regex(std::string(5000, 'a'), false).ok());
}

TEST(PredicateTest, MatchesExpressionsOverBytesThatAreNoText) {
  const Column texts = Strings(ColumnType::kText, {"a\xff\xfe z", "az"});
  EXPECT_THAT(Rows(*Predicate::Regex("a.. z", false), texts), ElementsAre(0));
}

TEST(RegexLiteralsTest, KeepsWhatMustStandInEveryMatch) {
  EXPECT_THAT(LiteralsOfRegex("Failed password for .* from"),
              ElementsAre("failed password for ", " from"));
  EXPECT_THAT(LiteralsOfRegex("a\\.b\\d+cd?e"), ElementsAre("a.b", "c", "e"));
  EXPECT_THAT(LiteralsOfRegex("x{2,3}yz"), ElementsAre("yz"));
  EXPECT_THAT(LiteralsOfRegex("ab{c"), ElementsAre("a", "c"));
  EXPECT_THAT(LiteralsOfRegex("(foo|bar)baz[^]|]qux"), ElementsAre("baz", "qux"));
}

TEST(RegexLiteralsTest, SaysNothingWhereAlternativesOrQuotingAre) {
  for (const char* pattern : {"foo|bar", "\\Qa|b\\E", "\\x41bc", "[abc", "(abc", "\\pN"}) {
    EXPECT_THAT(LiteralsOfRegex(pattern), IsEmpty()) << pattern;
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_builder.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using Row = std::optional<std::vector<std::string>>;

// What a row of `column` holds: absent, or its elements (one for a keyword).
Row RowOf(const Column& column, std::uint32_t row) {
  if (!column.Has(row)) return std::nullopt;
  if (column.type() == ColumnType::kInteger) {
    return std::vector{std::to_string(column.integers()[row])};
  }
  if (column.type() == ColumnType::kKeyword) return std::vector{std::string(column.TextAt(row))};
  std::vector<std::string> elements;
  for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
    elements.emplace_back(column.strings()[element]);
  }
  return elements;
}

// Sets a row as parsers do: runs of the same value, few distinct ones, now and then a new one.
class RandomRows {
 public:
  RandomRows(ColumnType type, unsigned seed) : builder_("x", type), random_(seed) {}

  // Builds `rows` rows and compares each with what was set.
  void Check(std::uint32_t rows) {
    std::vector<Row> expected(rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (Pick(100) < absent_percent_) continue;
      expected[row] = Set(row);
      if (Pick(20) == 0) {
        builder_.Forget(row);
        expected[row] = std::nullopt;
        if (Pick(2) == 0) expected[row] = Set(row);
      }
    }
    const Column column = builder_.Take(rows);
    ASSERT_TRUE(ValidateParts(column.parts()).ok());
    for (std::uint32_t row = 0; row < rows; ++row) ASSERT_EQ(RowOf(column, row), expected[row]);
    absent_percent_ = Pick(2) * Pick(60);
  }

 private:
  unsigned Pick(unsigned below) { return static_cast<unsigned>(random_.Below(below)); }

  std::string Value() {
    if (Pick(3) != 0) return last_;
    last_ = std::string(Pick(20), static_cast<char>('a' + Pick(3))) + (Pick(9) == 0 ? "new" : "");
    return last_;
  }

  std::vector<std::string> Set(std::uint32_t row) {
    if (builder_.type() == ColumnType::kInteger) {
      const auto number = static_cast<std::int64_t>(Pick(1000));
      builder_.SetInteger(row, number);
      return {std::to_string(number)};
    }
    if (builder_.type() == ColumnType::kKeyword) {
      const std::string value = Value();
      builder_.SetBytes(row, value);
      return {value};
    }
    std::vector<std::string> elements;
    builder_.SetEmptyList(row);
    for (unsigned count = Pick(4); count > 0; --count) {
      const std::string value = Value();
      if (builder_.AddBytes(row, value)) elements.push_back(value);
    }
    return elements;
  }

  ColumnBuilder builder_;
  SeededRandom random_;
  std::string last_;
  unsigned absent_percent_ = 0;
};

TEST(ColumnBuilderTest, HoldsWhatWasSetWhateverTheOrderOfRepeatsGapsAndSecondThoughts) {
  for (const ColumnType type :
       {ColumnType::kKeyword, ColumnType::kInteger, ColumnType::kKeywordList}) {
    for (unsigned seed = 0; seed < 40; ++seed) {
      RandomRows rows(type, seed);
      for (const std::uint32_t count : {1u, 63u, 64u, 65u, 300u, 0u, 128u}) rows.Check(count);
    }
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "tests/support/filter_oracle.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/event/batch_source.h"
#include "common/filter/evaluate.h"
#include "common/filter/query.h"
#include "gtest/gtest.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

TEST(FilterOracleTest, PrintsFiltersThatParseToTheSameFilter) {
  SeededRandom random(31);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = PrintFilter(RandomFilter(random));
    const auto parsed = ParseFilter(text);
    ASSERT_TRUE(parsed.ok()) << text << "\n" << parsed.status().message();
    EXPECT_EQ(PrintFilter(*parsed), text);
  }
}

TEST(FilterOracleTest, AgreesWithTheNaiveEvaluatorOnRandomFilters) {
  SeededRandom random(32);
  std::uint64_t matches = 0;
  for (int round = 0; round < 400; ++round) {
    const EventBatch batch = RandomBatch(static_cast<std::uint32_t>(random.Below(80)), random);
    BatchSource source(std::make_shared<const EventBatch>(batch));
    for (int i = 0; i < 10; ++i) {
      const FilterNode made = RandomFilter(random);
      const auto parsed = ParseFilter(PrintFilter(made));
      ASSERT_TRUE(parsed.ok()) << parsed.status().message();
      const auto rows = EvaluateFilter(*parsed, source);
      ASSERT_TRUE(rows.ok());
      for (std::uint32_t row = 0; row < batch.rows(); ++row) {
        ASSERT_EQ(rows->Test(row), OracleMatchesFilter(made, batch, row))
            << PrintFilter(made) << " row " << row;
      }
      matches += rows->Count();
    }
  }
  EXPECT_GT(matches, 5000u);
}

}  // namespace
}  // namespace dims

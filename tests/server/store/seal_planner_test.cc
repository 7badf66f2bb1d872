// SPDX-License-Identifier: Apache-2.0
#include "server/store/seal_planner.h"

#include <vector>

#include "gtest/gtest.h"

namespace dims {
namespace {

constexpr std::int64_t kNoon = 20'000 * kDayNanoseconds + kDayNanoseconds / 2;

OpenDayFigures Day(DayNumber day, std::uint64_t rows, std::uint64_t bytes, std::int64_t tail_id) {
  return {day, rows, kNoon, tail_id, bytes};
}

TEST(SealPlannerTest, NothingIsDueBelowEveryLimit) {
  const std::vector<OpenDayFigures> days = {Day(20'000, 65'535, 1 << 20, 1)};
  EXPECT_EQ(DayToSeal(days, 0, kNoon, SealLimits()), std::nullopt);
}

TEST(SealPlannerTest, ADayWithABlockOfRowsIsDue) {
  const std::vector<OpenDayFigures> days = {Day(19'999, 10, 1 << 20, 1), Day(20'000, 65'536, 1, 2)};
  EXPECT_EQ(DayToSeal(days, 0, kNoon, SealLimits()), 20'000);
}

TEST(SealPlannerTest, WhenOpenRowsTakeTooMuchMemoryTheHeaviestDayIsDue) {
  const std::uint64_t half = SealLimits().open_bytes / 2;
  const std::vector<OpenDayFigures> days = {Day(19'999, 10, half + 1, 1),
                                            Day(20'000, 900, half, 2)};
  EXPECT_EQ(DayToSeal(days, 0, kNoon, SealLimits()), 19'999);
}

TEST(SealPlannerTest, WhenTheTailIsTooLargeTheDayOfItsOldestGroupIsDue) {
  const std::vector<OpenDayFigures> days = {Day(19'999, 900, 1, 2), Day(20'000, 10, 1, 1)};
  EXPECT_EQ(DayToSeal(days, SealLimits().tail_bytes + 1, kNoon, SealLimits()), 20'000);
}

TEST(SealPlannerTest, NoCreditStopsBeforeMemoryHasMadeADayDue) {
  EXPECT_LT(SealLimits().open_bytes, SealLimits().open_bytes_max);
  EXPECT_LT(SealLimits().open_rows, SealLimits().open_rows_max);
}

}  // namespace
}  // namespace dims

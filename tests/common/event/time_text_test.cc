// SPDX-License-Identifier: Apache-2.0
#include "common/event/time_text.h"

#include "gtest/gtest.h"

namespace dims {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(TimeTextTest, PrintsAsManyDigitsAsNeeded) {
  EXPECT_EQ(PrintTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(PrintTime(1'796'000'000 * kSecond), "2026-11-30T00:53:20Z");
  EXPECT_EQ(PrintTime(500'000'000), "1970-01-01T00:00:00.500Z");
  EXPECT_EQ(PrintTime(1'000), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(PrintTime(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(PrintTime(-1), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeTextTest, ReadsBackWhatItPrints) {
  for (const std::int64_t ns :
       {std::int64_t{0}, std::int64_t{-1}, 1'796'000'000 * kSecond + 1'234'567}) {
    EXPECT_EQ(ParseTimeSpan(PrintTime(ns))->first_ns, ns);
  }
}

TEST(TimeTextTest, TakesAShorterFormForItsWholeSpan) {
  const std::int64_t day = 1'795'996'800 * kSecond;
  EXPECT_EQ(ParseTimeSpan("2026-11-30"), (TimeSpan{day, day + 86'400 * kSecond - 1}));
  EXPECT_EQ(ParseTimeSpan("2026/11/30"), ParseTimeSpan("2026-11-30"));
  EXPECT_EQ(ParseTimeSpan("2026/11/30:01"),
            (TimeSpan{day + 3600 * kSecond, day + 7200 * kSecond - 1}));
  EXPECT_EQ(ParseTimeSpan("2026-11-30T00:01"),
            (TimeSpan{day + 60 * kSecond, day + 120 * kSecond - 1}));
  EXPECT_EQ(ParseTimeSpan("2026-11-30 00:00:01"), (TimeSpan{day + kSecond, day + 2 * kSecond - 1}));
  EXPECT_EQ(ParseTimeSpan("2026-11-30T00:00:01.5Z"),
            (TimeSpan{day + 1'500'000'000, day + 1'500'000'000}));
}

TEST(TimeTextTest, ReadsZonesAndEpochs) {
  EXPECT_EQ(ParseTimeSpan("2026-11-30T01:00:00+01:00"), ParseTimeSpan("2026-11-30T00:00:00Z"));
  EXPECT_EQ(ParseTimeSpan("2026-11-29T18:30:00-0530"), ParseTimeSpan("2026-11-30T00:00:00Z"));
  EXPECT_EQ(ParseTimeSpan("1796000000")->first_ns, 1'796'000'000 * kSecond);
  EXPECT_EQ(ParseTimeSpan("1796000000123"),
            (TimeSpan{1'796'000'000'123'000'000, 1'796'000'000'123'999'999}));
  EXPECT_EQ(ParseTimeSpan("1796000000123456789")->last_ns, 1'796'000'000'123'456'789);
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-11-30T", "2026-11-30T25:00",
        "2026-11-30T00:00:00.1234567890Z", "2026-11-30T00:00:00X", "12:30:45", "2026/11-30",
        "9999-01-01", "179600000", "2026-11-30T00:00:00+1:00"}) {
    EXPECT_FALSE(ParseTimeSpan(text)) << text;
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "cli/time_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace dims {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);
constexpr absl::Duration kDay = absl::Hours(24);

absl::Time Utc(int year, int month, int day, int hour = 0, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

// The options as they are typed: {{"--last", "1h"}}.
using Options = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<AskedRange> Resolve(const Options& options) {
  TimeRangeOptions said;
  for (const auto& [name, text] : options) {
    if (name == "--last") said.last = text;
    if (name == "--days") said.days = text;
    if (name == "--from") said.from = text;
    if (name == "--to") said.to = text;
  }
  return ResolveTimeRange(said, kNow);
}

TEST(TimeRangeTest, IsTheLastDayWhenNothingIsSaid) {
  const auto range = Resolve({});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->from, kNow - kDay);
  EXPECT_GE(range->to, kNow);  // a clock a little ahead hides nothing
  EXPECT_LE(range->to, kNow + absl::Minutes(2));
}

TEST(TimeRangeTest, UnderstandsEveryUnitOfASpan) {
  const std::pair<const char*, absl::Duration> spans[] = {{"45s", absl::Seconds(45)},
                                                          {"90m", absl::Minutes(90)},
                                                          {"24h", kDay},
                                                          {"7d", 7 * kDay},
                                                          {"2w", 14 * kDay}};
  for (const auto& [text, span] : spans) {
    const auto range = Resolve({{"--last", text}});
    ASSERT_TRUE(range.ok()) << range.status();
    EXPECT_EQ(range->from, kNow - span) << text;
  }
}

TEST(TimeRangeTest, TakesDaysAlsoInParts) {
  EXPECT_EQ(Resolve({{"--days", "3650"}})->from, kNow - 3650 * kDay);
  EXPECT_EQ(Resolve({{"--days", "0.5"}})->from, kNow - absl::Hours(12));
}

TEST(TimeRangeTest, UnderstandsEveryFormOfAMoment) {
  const std::pair<const char*, absl::Time> moments[] = {
      {"2026-11-01T10:00:00Z", Utc(2026, 11, 1, 10)},
      {"2026-11-01T10:00:00+02:00", Utc(2026, 11, 1, 8)},
      {"2026-11-01T10:00:00", Utc(2026, 11, 1, 10)},
      {"2026-11-01 10:00:00", Utc(2026, 11, 1, 10)},
      {"2026-11-01T10:30", Utc(2026, 11, 1, 10, 30)},
      {"2026-11-01", Utc(2026, 11, 1)},
      {"2026/11/01:10", Utc(2026, 11, 1, 10)},
      {"2026/11/01", Utc(2026, 11, 1)},
      {"1794000000", absl::FromUnixSeconds(1'794'000'000)}};
  for (const auto& [text, moment] : moments) {
    const auto range = Resolve({{"--from", text}});
    ASSERT_TRUE(range.ok()) << text << ": " << range.status();
    EXPECT_EQ(range->from, moment) << text;
  }
}

TEST(TimeRangeTest, BeginsWithTheFirstEventWhenOnlyItsEndIsSaid) {
  const auto range = Resolve({{"--to", "2026-11-01"}});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->from, absl::UnixEpoch());
  EXPECT_EQ(range->to, Utc(2026, 11, 1));
}

TEST(TimeRangeTest, RefusesTwoKindsOfRangeAtOnce) {
  for (const Options& options : {Options{{"--last", "1h"}, {"--days", "1"}},
                                 Options{{"--last", "1h"}, {"--from", "2026-11-01"}},
                                 Options{{"--days", "1"}, {"--to", "2026-11-01"}}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Resolve(options).status()));
  }
}

TEST(TimeRangeTest, ShowsTheFormsWhenItDoesNotUnderstand) {
  EXPECT_THAT(Resolve({{"--last", "soon"}}).status().message(), HasSubstr("24h or 7d"));
  EXPECT_THAT(Resolve({{"--last", "-1h"}}).status().message(), HasSubstr("24h or 7d"));
  EXPECT_THAT(Resolve({{"--last", "99999999999w"}}).status().message(), HasSubstr("24h or 7d"));
  EXPECT_THAT(Resolve({{"--days", "-1"}}).status().message(), HasSubstr("above 0"));
  EXPECT_THAT(Resolve({{"--days", "nan"}}).status().message(), HasSubstr("above 0"));
  EXPECT_THAT(Resolve({{"--from", "-infinity"}}).status().message(), HasSubstr("2026-11-21"));
  EXPECT_THAT(Resolve({{"--from", "yesterday"}}).status().message(), HasSubstr("2026-11-21"));
}

TEST(TimeRangeTest, RefusesARangeThatEndsBeforeItBegins) {
  EXPECT_THAT(Resolve({{"--from", "2026-11-02"}, {"--to", "2026-11-01"}}).status().message(),
              HasSubstr("--from must be before --to"));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/time_inference.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

std::int64_t Ns(const std::string& utc) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, utc, &time, &error)) << error;
  return absl::ToUnixNanos(time);
}

std::string Utc(std::int64_t time_ns) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(time_ns), absl::UTCTimeZone());
}

// What `text` means to somebody who receives it at `received`.
std::string Meaning(const char* text, const std::string& received, const char* zone = "UTC") {
  TimeInference inference;
  const auto clock = ReadBsdClock(text);
  if (!clock) return "no time";
  return Utc(inference.Resolve(*clock, Ns(received), Zone(zone)).time_ns);
}

TEST(TimeInferenceTest, F37LastDayOfDecemberReadInJanuaryIsLastYears) {
  EXPECT_EQ(Meaning("Dec 31 23:59:59", "2026-01-01T00:00:05Z"), "2025-12-31T23:59:59Z");
  EXPECT_EQ(Meaning("Jan  1 00:00:01", "2026-01-01T00:00:05Z"), "2026-01-01T00:00:01Z");
}

TEST(TimeInferenceTest, F37FirstOfJanuaryFromAClockAheadIsNextYears) {
  EXPECT_EQ(Meaning("Jan  1 00:00:30", "2025-12-31T23:59:00Z"), "2026-01-01T00:00:30Z");
  EXPECT_EQ(Meaning("Jan  1 22:00:00", "2025-12-31T23:59:00Z"), "2026-01-01T22:00:00Z");
  EXPECT_EQ(Meaning("Jan  2 23:59:01", "2025-12-31T23:59:00Z"), "2025-01-02T23:59:01Z");
}

TEST(TimeInferenceTest, F37TwentyNinthOfFebruaryFindsItsLeapYear) {
  EXPECT_EQ(Meaning("Feb 29 12:00:00", "2024-02-29T12:00:01Z"), "2024-02-29T12:00:00Z");
  EXPECT_EQ(Meaning("Feb 29 12:00:00", "2027-03-01T00:00:00Z"), "2024-02-29T12:00:00Z");
  EXPECT_EQ(Meaning("Feb 29 12:00:00", "2103-06-01T00:00:00Z"), "2096-02-29T12:00:00Z");
}

TEST(TimeInferenceTest, F37LocalTimeIsReadInTheInputsZone) {
  EXPECT_EQ(Meaning("Jul  1 12:00:00", "2026-07-01T20:00:00Z", "America/Los_Angeles"),
            "2026-07-01T19:00:00Z");
  EXPECT_EQ(Meaning("Dec 31 23:30:00", "2026-01-01T07:31:00Z", "America/Los_Angeles"),
            "2026-01-01T07:30:00Z");
}

TEST(TimeInferenceTest, F37RepeatedHourIsTheFirstPassUntilTheSecondHasCome) {
  // Berlin, 2026-10-25: 02:30 is 00:30Z and again 01:30Z.
  EXPECT_EQ(Meaning("Oct 25 02:30:00", "2026-10-25T00:30:01Z", "Europe/Berlin"),
            "2026-10-25T00:30:00Z");
  EXPECT_EQ(Meaning("Oct 25 02:30:00", "2026-10-25T01:30:01Z", "Europe/Berlin"),
            "2026-10-25T01:30:00Z");
}

TEST(TimeInferenceTest, F37SkippedHourKeepsItsOrder) {
  // Berlin, 2026-03-29: 02:00 to 03:00 does not exist.
  EXPECT_EQ(Meaning("Mar 29 02:30:00", "2026-03-29T02:00:00Z", "Europe/Berlin"),
            "2026-03-29T01:30:00Z");
}

TEST(TimeInferenceTest, F36CompleteTimeIsNeverReplacedHoweverFarOff) {
  TimeInference inference;
  const auto ahead = ReadIsoClock("2031-05-05T10:00:00+02:00");
  ASSERT_TRUE(ahead);
  const InferredTime time = inference.Resolve(*ahead, Ns("2026-01-01T00:00:00Z"), Zone("UTC"));
  EXPECT_EQ(Utc(time.time_ns), "2031-05-05T08:00:00Z");
  EXPECT_EQ(time.offset_s, 7200);
  EXPECT_FALSE(time.inferred);
}

TEST(TimeInferenceTest, F36AStepOfTheAgentsClockChangesTheYearItInfers) {
  EXPECT_EQ(Meaning("Jun 15 10:00:00", "2028-06-15T10:00:00Z"), "2028-06-15T10:00:00Z");
  EXPECT_EQ(Meaning("Jun 15 10:00:00", "2024-06-15T10:00:00Z"), "2024-06-15T10:00:00Z");
}

TEST(TimeInferenceTest, RememberedSecondsHoldOnlyForTheReceiptsTheyWereMadeFor) {
  TimeInference inference;
  const auto clock = ReadBsdClock("Dec 31 23:59:59");
  ASSERT_TRUE(clock);
  const auto at = [&](const char* received, const char* zone) {
    return Utc(inference.Resolve(*clock, Ns(received), Zone(zone)).time_ns);
  };
  EXPECT_EQ(at("2026-01-01T00:00:05Z", "UTC"), "2025-12-31T23:59:59Z");
  EXPECT_EQ(at("2026-12-30T23:59:58Z", "UTC"), "2025-12-31T23:59:59Z");
  EXPECT_EQ(at("2026-12-30T23:59:59Z", "UTC"), "2026-12-31T23:59:59Z");
  EXPECT_EQ(at("2026-12-30T23:59:59Z", "Asia/Tokyo"), "2026-12-31T14:59:59Z");
  EXPECT_EQ(at("2026-01-01T00:00:05Z", "UTC"), "2025-12-31T23:59:59Z");
}

TEST(TimeInferenceTest, YearWithoutZoneUsesTheInputsZone) {
  TimeInference inference;
  const auto clock = ReadIsoClock("2026-07-01 12:00:00.250");
  ASSERT_TRUE(clock);
  const InferredTime time =
      inference.Resolve(*clock, Ns("2026-07-02T00:00:00Z"), Zone("Europe/Berlin"));
  EXPECT_EQ(time.time_ns, Ns("2026-07-01T10:00:00Z") + 250'000'000);
  EXPECT_TRUE(time.inferred);
}

}  // namespace
}  // namespace dims

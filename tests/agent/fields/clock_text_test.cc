// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/clock_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

// "2026-01-02 03:04:05.000000006 +3600 of 15 bytes"; year 0 and no zone where none is given.
std::string Described(const std::optional<ClockText>& clock) {
  if (!clock) return "none";
  return absl::StrCat(clock->year, "-", clock->month, "-", clock->day, " ", clock->hour, ":",
                      clock->minute, ":", clock->second, ".", clock->nanos, " ",
                      clock->has_zone ? absl::StrCat(clock->offset_s) : "local", " of ",
                      clock->length);
}

TEST(ClockTextTest, ReadsTheTraditionalForms) {
  EXPECT_EQ(Described(ReadBsdClock("Jan  2 03:04:05 host")), "0-1-2 3:4:5.0 local of 15");
  EXPECT_EQ(Described(ReadBsdClock("Dec 31 23:59:59")), "0-12-31 23:59:59.0 local of 15");
  EXPECT_EQ(Described(ReadBsdClock("Jun 7 01:10:56 host")), "0-6-7 1:10:56.0 local of 14");
  EXPECT_EQ(Described(ReadBsdClock("Jun 07 01:10:56 host")), "0-6-7 1:10:56.0 local of 15");
}

TEST(ClockTextTest, ReadsWhatDevicesAddToIt) {
  EXPECT_EQ(Described(ReadBsdClock("Jan 02 2026 03:04:05: %ASA")), "2026-1-2 3:4:5.0 local of 20");
  EXPECT_EQ(Described(ReadBsdClock("Jan  2 03:04:05 2026 host")), "2026-1-2 3:4:5.0 local of 20");
  EXPECT_EQ(Described(ReadBsdClock("*Mar  1 18:46:11.123 UTC: x")),
            "0-3-1 18:46:11.123000000 0 of 24");
  EXPECT_EQ(Described(ReadBsdClock("Mar  1 18:46:11 +0100 x")), "0-3-1 18:46:11.0 3600 of 21");
  EXPECT_EQ(Described(ReadBsdClock("Mar  1 18:46:11 UTCbox sshd:")),
            "0-3-1 18:46:11.0 local of 15");
}

TEST(ClockTextTest, ReadsIsoTimes) {
  EXPECT_EQ(Described(ReadIsoClock("2026-01-02T03:04:05Z")), "2026-1-2 3:4:5.0 0 of 20");
  EXPECT_EQ(Described(ReadIsoClock("2026-01-02T03:04:05.123456+01:00 h")),
            "2026-1-2 3:4:5.123456000 3600 of 32");
  EXPECT_EQ(Described(ReadIsoClock("2026-01-02 03:04:05,5-0330")),
            "2026-1-2 3:4:5.500000000 -12600 of 26");
  EXPECT_EQ(Described(ReadIsoClock("2026-01-02T03:04:05+01")), "2026-1-2 3:4:5.0 3600 of 22");
  EXPECT_EQ(Described(ReadIsoClock("2026-01-02 03:04:05 INFO")), "2026-1-2 3:4:5.0 local of 19");
}

TEST(ClockTextTest, ReadsServerTimes) {
  EXPECT_EQ(Described(ReadAsctimeClock("Sun Dec 04 04:47:44 2005] [error]")),
            "2005-12-4 4:47:44.0 local of 24");
  EXPECT_EQ(Described(ReadWebClock("10/Oct/2000:13:55:36 -0700] \"GET")),
            "2000-10-10 13:55:36.0 -25200 of 26");
}

TEST(ClockTextTest, CountsALeapSecondAsTheOneBefore) {
  EXPECT_EQ(Described(ReadIsoClock("2016-12-31T23:59:60Z")), "2016-12-31 23:59:59.0 0 of 20");
}

TEST(ClockTextTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "Jan", "Jan  2", "Jan  2 03:04", "Jan 32 03:04:05", "Feb 30 03:04:05",
        "Jan  0 03:04:05", "Jax  2 03:04:05", "Jan  2 24:00:00", "Jan  2 03:60:05",
        "Jan  2 03:04:61", "Jan  2 3:04:05"}) {
    EXPECT_EQ(Described(ReadBsdClock(text)), "none") << text;
  }
  for (const char* text :
       {"2026-01-02", "2026-13-02T03:04:05Z", "2026-02-29T03:04:05Z", "2026-01-02X03:04:05Z",
        "2026-01-02T03:04:05+25:00", "0000-01-02T03:04:05Z", "2026-01-02T03:04:05+01:7"}) {
    EXPECT_EQ(Described(ReadIsoClock(text)), "none") << text;
  }
  EXPECT_EQ(Described(ReadWebClock("10/Oct/2000")), "none");
  EXPECT_EQ(Described(ReadAsctimeClock("Sun Dec 04 04:47:44 boot")), "none");
}

}  // namespace
}  // namespace dims

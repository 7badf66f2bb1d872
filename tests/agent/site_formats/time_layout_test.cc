// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/time_layout.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

// "2026-01-02 03:04:05.5 +3600", without a zone or a year as it was read; "" when it was not.
std::string Reading(absl::string_view layout, absl::string_view text) {
  const auto parsed = TimeLayout::Parse(layout);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  const auto read = parsed->Read(text);
  if (!read) return "";
  if (read->time_ns) return absl::StrCat("@", *read->time_ns);
  const ClockText& clock = read->clock;
  return absl::StrFormat("%04d-%02d-%02d %02d:%02d:%02d.%09d%s", clock.year, clock.month, clock.day,
                         clock.hour, clock.minute, clock.second, clock.nanos,
                         clock.has_zone ? absl::StrFormat(" %+d", clock.offset_s) : "");
}

TEST(TimeLayoutTest, ReadsWhatStrptimeReads) {
  EXPECT_EQ(Reading("%d.%m.%Y %H:%M:%S", "03.01.2026 04:05:06"), "2026-01-03 04:05:06.000000000");
  EXPECT_EQ(Reading("%Y/%m/%d %T.%f%z", "2026/01/03 04:05:06.25+01:00"),
            "2026-01-03 04:05:06.250000000 +3600");
  EXPECT_EQ(Reading("%a %b %e %H:%M:%S", "Mon Jan  5 04:05:06"), "0000-01-05 04:05:06.000000000");
  EXPECT_EQ(Reading("%d-%B-%y %I:%M %p", "05-august-26 12:07 AM"), "2026-08-05 00:07:00.000000000");
  EXPECT_EQ(Reading("%m/%d/%Y %I:%M:%S %p", "1/2/2026 3:04:05 PM"),
            "2026-01-02 15:04:05.000000000");
  EXPECT_EQ(Reading("%s", "1767268800.5"), "@1767268800500000000");
  EXPECT_EQ(Reading("100%% %d%m%Y%H", "100% 0201202603"), "2026-01-02 03:00:00.000000000");
}

TEST(TimeLayoutTest, WithoutALayoutTheUsualWaysAreRead) {
  EXPECT_EQ(Reading("", "2026-01-02T03:04:05Z"), "@1767323045000000000");
  EXPECT_EQ(Reading("", "2026-01-02 03:04:05"), "2026-01-02 03:04:05.000000000");
  EXPECT_EQ(Reading("", "Jan  2 03:04:05"), "0000-01-02 03:04:05.000000000");
  EXPECT_EQ(Reading("", "02/Jan/2026:03:04:05 +0100"), "2026-01-02 03:04:05.000000000 +3600");
  EXPECT_EQ(Reading("", "noon"), "");
}

TEST(TimeLayoutTest, WhatIsNoTimeOfTheLayoutIsNone) {
  const absl::string_view layout = "%d.%m.%Y %H:%M:%S";
  for (const char* const text :
       {"", "03.01.2026", "03.01.2026 04:05:06 ", "32.01.2026 04:05:06", "30.02.2026 04:05:06",
        "03.13.2026 04:05:06", "03.01.2026 24:05:06", "03-01-2026 04:05:06",
        "xx.01.2026 04:05:06"}) {
    EXPECT_EQ(Reading(layout, text), "") << text;
  }
  EXPECT_EQ(Reading("%d %b %Y %H", "1 Foo 2026 3"), "");
  EXPECT_EQ(Reading("%d %m %Y %H %z", "1 1 2026 3 west"), "");
}

TEST(TimeLayoutTest, LayoutsWithoutADayOrWithUnknownConversionsAreRefused) {
  for (const char* const layout : {"%Q", "%", "%H:%M", "%d.%m.%Y", "%m/%d %I:%M"}) {
    EXPECT_FALSE(TimeLayout::Parse(layout).ok()) << layout;
  }
  EXPECT_FALSE(TimeLayout::Parse(std::string(129, 'x')).ok());
}

}  // namespace
}  // namespace dims

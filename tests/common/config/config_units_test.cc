// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_units.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/config/config_description.h"

namespace dims {
namespace {

TEST(ConfigUnitsTest, ReadsSizesWithTheirUnit) {
  EXPECT_EQ(ParseByteCount("64MiB"), 64u << 20);
  EXPECT_EQ(ParseByteCount("64 MiB"), 64u << 20);
  EXPECT_EQ(ParseByteCount("3GB"), 3'000'000'000u);
  EXPECT_EQ(ParseByteCount("0B"), 0u);
}

TEST(ConfigUnitsTest, RefusesSizesWithoutSense) {
  for (const char* text : {"", "64", "MiB", "-1MiB", "1.5GiB", "64mib", "64M", "99999999999999TiB",
                           "99999999999999999999B", "0x10B"}) {
    EXPECT_EQ(ParseByteCount(text), std::nullopt) << text;
  }
}

TEST(ConfigUnitsTest, ReadsTimesWithTheirUnit) {
  EXPECT_EQ(ParseDurationSetting("250ms"), absl::Milliseconds(250));
  EXPECT_EQ(ParseDurationSetting("30s"), absl::Seconds(30));
  EXPECT_EQ(ParseDurationSetting("10min"), absl::Minutes(10));
  EXPECT_EQ(ParseDurationSetting("14d"), absl::Hours(14 * 24));
}

TEST(ConfigUnitsTest, RefusesTimesWithoutSense) {
  for (const char* text : {"", "30", "s", "-1s", "1m", "1.5h", "99999999999999d", "1h30min"}) {
    EXPECT_EQ(ParseDurationSetting(text), std::nullopt) << text;
  }
}

TEST(ConfigUnitsTest, WritesWhatItReads) {
  for (const char* text : {"64MiB", "1GiB", "3GB", "17B"}) {
    EXPECT_EQ(FormatByteCount(*ParseByteCount(text)), text);
  }
  for (const char* text : {"250ms", "30s", "10min", "14d"}) {
    EXPECT_EQ(FormatTimeSpan(*ParseDurationSetting(text)), text);
  }
}

TEST(ClosestNameTest, FindsWhatWasProbablyMeantAndNothingFarOff) {
  const std::vector<std::string> known = {"paths", "start", "receive_buffer"};
  EXPECT_EQ(ClosestName("path", known), "paths");
  EXPECT_EQ(ClosestName("recieve_buffer", known), "receive_buffer");
  EXPECT_EQ(ClosestName("Strat", known), "start");
  EXPECT_EQ(ClosestName("colour", known), "");
  EXPECT_EQ(ClosestName(std::string(10'000, 'x'), known), "");
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/device_prefix.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

// "host month/day hour:minute year" and what is left; "none".
std::string Read(absl::string_view text) {
  const auto prefix = ReadDevicePrefix(text);
  if (!prefix) return "none";
  std::string clock = "-";
  if (prefix->clock) {
    clock = absl::StrCat(prefix->clock->month, "/", prefix->clock->day, " ", prefix->clock->hour,
                         ":", prefix->clock->minute, " ", prefix->clock->year);
  }
  return absl::StrCat(prefix->host, " ", clock, " ", text.substr(prefix->length));
}

TEST(DevicePrefixTest, ReadsEachPartThatADeviceMayWrite) {
  EXPECT_EQ(Read("44: Jan 15 11:59:57.123: %SYS-5-A: x"), " 1/15 11:59 0 %SYS-5-A: x");
  EXPECT_EQ(Read("44: sw1: Jan 15 2026 11:59:57: %SYS-5-A: x"), "sw1 1/15 11:59 2026 %SYS-5-A: x");
  EXPECT_EQ(Read(": 2026 Jan 15 11:59:57 UTC: %SYS-5-A: x"), " 1/15 11:59 2026 %SYS-5-A: x");
  EXPECT_EQ(Read("2026 Jan 15 11:59:57 sw1 %SYS-5-A: x"), "sw1 1/15 11:59 2026 %SYS-5-A: x");
  EXPECT_EQ(Read("fw1 : %ASA-6-302013: x"), "fw1 - %ASA-6-302013: x");
  EXPECT_EQ(Read("AEST: %SYS-SW1-5-A: x"), " - %SYS-SW1-5-A: x");
  EXPECT_EQ(Read("1w2d: %SYS-5-A: x"), " - %SYS-5-A: x");
  EXPECT_EQ(Read("sw1: 2026 Jan 15 11:59:57 UTC: last message repeated 2 times"),
            "sw1 1/15 11:59 2026 last message repeated 2 times");
  EXPECT_EQ(Read("sw1: 2026 Jan 15 11:59:57 UTC: last message repeated 1 time "),
            "sw1 1/15 11:59 2026 last message repeated 1 time ");
}

TEST(DevicePrefixTest, LeavesEverythingElse) {
  for (const char* text :
       {"", "%SYS-5-A: x", "sshd[1]: 5 %-5-A: x", "two words before %SYS-5-A: x", "44: 100% done",
        "44: %SYS-A: x", "44: %5-5-A: x", "a b c d e f g h %SYS-5-A: x",
        "sw1: last message repeated 2 times", "2026 Jan 99 11:59:57: %SYS-5-A: x"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

TEST(DevicePrefixTest, LooksNoFurtherThanItsReach) {
  EXPECT_EQ(Read(absl::StrCat(std::string(300, ' '), "%SYS-5-A: x")), "none");
  EXPECT_EQ(Read(absl::StrCat(std::string(100, 'a'), ": %SYS-5-A: x")), "none");
}

}  // namespace
}  // namespace dims

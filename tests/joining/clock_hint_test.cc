// SPDX-License-Identifier: Apache-2.0
#include "agent/join/clock_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dims {
namespace {

constexpr char kRefused[] = "failed to connect to all addresses; last error: Connection refused";
constexpr char kTls[] =
    "last error: UNKNOWN: Ssl handshake failed: SSL_ERROR_SSL: error:0A000086:SSL "
    "routines::certificate verify failed";

const absl::Time kIssued = absl::FromUnixSeconds(1'790'000'000);
const absl::Time kUntil = kIssued + absl::Hours(14 * 24);

TEST(ClockHintTest, F36NamesAClockBeforeTheCertificate) {
  EXPECT_THAT(ClockHint(kTls, kIssued, kUntil, kIssued - absl::Hours(730 * 24)),
              testing::HasSubstr("730 d behind"));
  EXPECT_THAT(ClockHint(kRefused, kIssued, kUntil, kIssued - absl::Minutes(10)),
              testing::HasSubstr("10 min behind"));
}

TEST(ClockHintTest, F36NamesAClockForWhichTheServersCertificateRanOutToo) {
  EXPECT_THAT(ClockHint(kTls, kIssued, kUntil, kUntil + absl::Hours(716 * 24)),
              testing::HasSubstr("716 d ahead"));
}

TEST(ClockHintTest, SaysNothingOfASiteThatWasOffForLongOrHasAnotherTrouble) {
  EXPECT_EQ(ClockHint(kRefused, kIssued, kUntil, kUntil + absl::Hours(24)), "");
  EXPECT_EQ(ClockHint(kTls, kIssued, kUntil, kIssued + absl::Hours(24)), "");
}

}  // namespace
}  // namespace dims

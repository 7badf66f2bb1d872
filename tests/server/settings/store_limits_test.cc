// SPDX-License-Identifier: Apache-2.0
#include "server/store_limits.h"

#include <gtest/gtest.h>

namespace dims {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

TEST(StoreLimitsTest, WithoutSettingsTheyAreSharesOfTheVolume) {
  const StoreLimits limits = StoreLimitsOf(ServerSettings(), 20 * kGiB);
  EXPECT_EQ(limits.live_bytes_max, 2 * kGiB);
  EXPECT_EQ(limits.store_bytes_max, 16 * kGiB);
}

TEST(StoreLimitsTest, LiveDbGetsNeitherTooLittleNorAllOfALargeVolume) {
  EXPECT_EQ(StoreLimitsOf(ServerSettings(), 100 * kMiB).live_bytes_max, 64 * kMiB);
  EXPECT_EQ(StoreLimitsOf(ServerSettings(), 1000 * kGiB).live_bytes_max, 4 * kGiB);
}

TEST(StoreLimitsTest, SettingsAreTaken) {
  ServerSettings settings;
  settings.store_bytes_max = 5 * kGiB;
  settings.live_bytes_max = 1 * kMiB;
  EXPECT_EQ(StoreLimitsOf(settings, kGiB).store_bytes_max, 5 * kGiB);
  EXPECT_EQ(StoreLimitsOf(settings, kGiB).live_bytes_max, 64 * kMiB);
}

TEST(StoreLimitsTest, OfAVolumeThatCannotBeAskedNothingIsTaken) {
  const StoreLimits limits = StoreLimitsOf(ServerSettings(), 0);
  EXPECT_EQ(limits.live_bytes_max, 4 * kGiB);
  EXPECT_EQ(limits.store_bytes_max, 0u);
}

}  // namespace
}  // namespace dims

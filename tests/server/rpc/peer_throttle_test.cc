// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/peer_throttle.h"

#include <gtest/gtest.h>

#include <string>

namespace dims {
namespace {

constexpr char kPeer[] = "ipv4:198.51.100.7:1234";

TEST(PeerThrottleTest, StopsANetworkThatKeepsFailingAndLetsItBackSlowly) {
  PeerThrottle throttle;
  for (int i = 0; i < PeerThrottle::kBurst; ++i) EXPECT_TRUE(throttle.Admit(kPeer, {}));
  EXPECT_FALSE(throttle.Admit(kPeer, {}));
  EXPECT_FALSE(throttle.Admit("ipv4:198.51.100.7:9", PeerThrottle::kRefill / 2));
  EXPECT_TRUE(throttle.Admit(kPeer, PeerThrottle::kRefill * 1.1));
  EXPECT_FALSE(throttle.Admit(kPeer, PeerThrottle::kRefill * 1.2));
  EXPECT_TRUE(throttle.Admit("ipv4:198.51.100.8:1234", {}));
}

TEST(PeerThrottleTest, RightfulCallsCostNothing) {
  PeerThrottle throttle;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(throttle.Admit(kPeer, {}));
    throttle.GiveBack(kPeer);
  }
}

TEST(PeerThrottleTest, ManyNetworksDoNotGrowTheTableWithoutEnd) {
  PeerThrottle throttle;
  for (std::size_t i = 0; i < PeerThrottle::kPeersMax * 2; ++i) {
    ASSERT_TRUE(throttle.Admit("peer " + std::to_string(i), {}));
  }
}

TEST(PeerThrottleTest, CountsAnIpv6Network64AsOne) {
  EXPECT_EQ(NetworkOf("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:80"), "2001:db8:1:2::");
  EXPECT_EQ(NetworkOf("ipv6:[2001:db8:1:2::9]:80"), "2001:db8:1:2::");
  EXPECT_EQ(NetworkOf("ipv4:198.51.100.7:80"), "198.51.100.7");
  EXPECT_EQ(NetworkOf("unix:/run/x"), "unix:/run/x");
}

}  // namespace
}  // namespace dims

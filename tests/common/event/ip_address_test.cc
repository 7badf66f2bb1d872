// SPDX-License-Identifier: Apache-2.0
#include "common/event/ip_address.h"

#include "gtest/gtest.h"

namespace dims {
namespace {

TEST(IpAddressTest, ReadsAndPrintsBothFamilies) {
  for (const char* text :
       {"0.0.0.0", "198.51.100.7", "255.255.255.255", "::", "::1", "2001:db8::8:800:200c:417a"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(IpAddressTest, TakesAMappedAddressForItsIpv4Form) {
  EXPECT_EQ(IpAddress::Parse("::ffff:198.51.100.7"), IpAddress::Parse("198.51.100.7"));
}

TEST(IpAddressTest, RefusesWhatIsNotExactlyAnAddress) {
  for (const char* text : {"", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ",
                           "fe80::1%eth0", ":", "1::2::3", "12:30:45", "1.2.3.1234"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(CidrTest, ContainsItsFirstAndLastAddressOnly) {
  const Cidr block = *Cidr::Parse("198.51.100.77/26");
  EXPECT_EQ(block.ToString(), "198.51.100.64/26");
  EXPECT_TRUE(block.Contains(*IpAddress::Parse("198.51.100.64")));
  EXPECT_TRUE(block.Contains(*IpAddress::Parse("198.51.100.127")));
  EXPECT_FALSE(block.Contains(*IpAddress::Parse("198.51.100.128")));
  EXPECT_FALSE(block.Contains(*IpAddress::Parse("::1")));
}

TEST(CidrTest, RefusesPrefixesThatDoNotFitTheFamily) {
  for (const char* text :
       {"1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+1", "::1/129", "x/8", "1.2.3.4/0x8"}) {
    EXPECT_FALSE(Cidr::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/crypto_pan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/seeded_random.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

// Of the published sample trace.
constexpr PrivacyKey kSampleKey = {21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                                   22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                                   101, 39, 98,  87,  76, 45,  42,  132, 34,  2};

IpAddress Address(absl::string_view text) {
  return IpAddress::Parse(text).value();
}

std::size_t SharedBits(const IpAddress& a, const IpAddress& b) {
  std::size_t bits = 0;
  while (bits < 128) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> bits % 8);
    if ((a.bytes()[bits / 8] & mask) != (b.bytes()[bits / 8] & mask)) break;
    ++bits;
  }
  return bits;
}

TEST(CryptoPanTest, GivesTheAddressesOfThePublishedSample) {
  CryptoPan pan(kSampleKey);
  EXPECT_EQ(pan.Replace(Address("24.5.0.80")).ToString(), "100.9.15.210");
  EXPECT_EQ(pan.Replace(Address("208.234.120.210")).ToString(), "227.154.67.17");
  EXPECT_EQ(pan.Replace(Address("63.195.241.44")).ToString(), "95.179.238.44");
}

TEST(CryptoPanTest, GivesEveryAddressOfThePublishedTrace) {
  DIMS_REQUIRE_SHARED_DATA(data);
  std::ifstream raw(data + "/vectors/cryptopan/sample_trace_raw.dat");
  std::ifstream sanitized(data + "/vectors/cryptopan/sample_trace_sanitized.dat");
  CryptoPan pan(kSampleKey);
  std::size_t lines = 0;
  std::string time, size, from, to;
  while (raw >> time >> size >> from && sanitized >> time >> size >> to) {
    ASSERT_EQ(pan.Replace(Address(from)).ToString(), to) << from;
    ++lines;
  }
  EXPECT_GT(lines, 50u);
}

TEST(CryptoPanTest, KeepsExactlyThePrefixThatTwoAddressesShare) {
  CryptoPan pan(kSampleKey);
  SeededRandom random(7);
  for (int n = 0; n < 200; ++n) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.Uint64());
    const IpAddress a(bytes);
    const std::size_t bit = random.Uint64() % 128;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (0x80 >> bit % 8));
    const IpAddress b(bytes);
    EXPECT_EQ(SharedBits(pan.Replace(a), pan.Replace(b)), bit);
  }
}

TEST(CryptoPanTest, AnIpv4AddressStaysOne) {
  CryptoPan pan(kSampleKey);
  EXPECT_TRUE(pan.Replace(Address("0.0.0.0")).IsV4());
  EXPECT_TRUE(pan.Replace(Address("::ffff:203.0.113.9")).IsV4());
  EXPECT_FALSE(pan.Replace(Address("2001:db8::1")).IsV4());
}

TEST(CryptoPanTest, AnswersTheSameAfterTheMemoStartedAnew) {
  CryptoPan pan(kSampleKey);
  const IpAddress first = pan.Replace(Address("203.0.113.9"));
  for (std::uint32_t n = 0; n <= CryptoPan::kMemoMax; ++n) pan.Replace(IpAddress::FromV4(n));
  EXPECT_EQ(pan.Replace(Address("203.0.113.9")), first);
}

}  // namespace
}  // namespace dims

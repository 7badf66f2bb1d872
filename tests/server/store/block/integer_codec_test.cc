// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/integer_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/store/block/bit_packing.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

class IntegerCodecTest : public testing::Test {
 protected:
  std::string Encode(const std::vector<std::int64_t>& values) {
    std::string out;
    AppendIntegers(out, std::span<const std::int64_t>(values), zstd_);
    return out;
  }

  std::vector<std::int64_t> Decode(absl::string_view bytes, std::size_t count) {
    ByteReader in(bytes);
    std::vector<std::int64_t> out;
    EXPECT_TRUE(ReadIntegers(in, count, out, zstd_));
    EXPECT_TRUE(in.AtEnd());
    return out;
  }

  void ExpectRoundTrip(const std::vector<std::int64_t>& values) {
    EXPECT_EQ(Decode(Encode(values), values.size()), values);
  }

  ZstdCodec zstd_;
};

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST_F(IntegerCodecTest, KeepsEverySeriesOfEveryWidth) {
  SeededRandom random(7);
  for (int bits = 0; bits <= 64; ++bits) {
    for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 64u, 65u, 1000u}) {
      std::vector<std::int64_t> values(count);
      for (std::int64_t& value : values) {
        value = static_cast<std::int64_t>(bits == 0 ? 0 : random.Uint64() >> (64 - bits));
      }
      ExpectRoundTrip(values);
    }
  }
}

TEST_F(IntegerCodecTest, KeepsExtremesWhoseDifferencesOverflow) {
  ExpectRoundTrip({kMin, kMax, kMin, kMax, 0});
  ExpectRoundTrip({kMax, kMin});
  ExpectRoundTrip({kMin});
  ExpectRoundTrip({0, kMin, 1, kMax, -1, kMin, kMin});
}

TEST_F(IntegerCodecTest, StoresAConstantInTwoBytes) {
  EXPECT_EQ(Encode(std::vector<std::int64_t>(65536, -5)), std::string("\x00\x09", 2));
}

TEST_F(IntegerCodecTest, StoresALineInAFewBytes) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < 65536; ++i) values.push_back(1'000'000 + 300 * i);
  EXPECT_LT(Encode(values).size(), 12u);
  ExpectRoundTrip(values);
}

TEST_F(IntegerCodecTest, PacksRandomPortsInSixteenBits) {
  SeededRandom random(1);
  std::vector<std::int64_t> values(4096);
  for (std::int64_t& value : values) value = static_cast<std::int64_t>(random.Below(65536));
  EXPECT_LT(Encode(values).size(), 4096u * 2 + 16);
}

TEST_F(IntegerCodecTest, TakesZstdWhereASeriesRepeatsItself) {
  SeededRandom random(1);
  std::vector<std::int64_t> period(1000);
  for (std::int64_t& value : period) value = static_cast<std::int64_t>(random.Below(65536));
  std::vector<std::int64_t> values;
  for (int i = 0; i < 60; ++i) values.insert(values.end(), period.begin(), period.end());
  EXPECT_LT(Encode(values).size(), 4096u);
  ExpectRoundTrip(values);
}

TEST_F(IntegerCodecTest, RefusesCutAndForeignBytes) {
  SeededRandom random(3);
  std::vector<std::int64_t> values(500);
  for (std::int64_t& value : values) value = static_cast<std::int64_t>(random.Below(1u << 20));
  const std::string bytes = Encode(values);
  std::vector<std::int64_t> out;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(absl::string_view(bytes).substr(0, size));
    EXPECT_FALSE(ReadIntegers(in, values.size(), out, zstd_)) << size;
  }
  ByteReader unknown(absl::string_view("\x63\x00\x00", 3));
  EXPECT_FALSE(ReadIntegers(unknown, 3, out, zstd_));
}

TEST_F(IntegerCodecTest, RefusesCodesBeyondTheLimit) {
  const std::string bytes = Encode({1, 2, 9});
  std::vector<std::uint32_t> out;
  ByteReader below(bytes);
  EXPECT_TRUE(ReadIntegers(below, 3, 10, out, zstd_));
  EXPECT_THAT(out, testing::ElementsAre(1, 2, 9));
  ByteReader beyond(bytes);
  EXPECT_FALSE(ReadIntegers(beyond, 3, 9, out, zstd_));
  const std::string bytes_below_zero = Encode({-1, 2, 3});
  ByteReader negative(bytes_below_zero);
  EXPECT_FALSE(ReadIntegers(negative, 3, 1u << 31, out, zstd_));
}

TEST(BitPackingTest, PacksLeastSignificantBitsFirst) {
  std::string out;
  const std::vector<std::uint64_t> values = {1, 2, 3, 4, 5};
  AppendPacked(out, values, 3);
  EXPECT_EQ(out, std::string("\xd1\x58", 2));  // 001 010 011 100 101 from the low end up
}

}  // namespace
}  // namespace dims

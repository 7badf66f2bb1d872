// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/integer_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/store/block/bit_packing.h"
#include "server/store/block/integer_reader.h"
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

// Series of all forms: constant, frame, differences, outliers, few distinct wide values, repeating.
std::vector<std::int64_t> RandomSeries(SeededRandom& random) {
  std::vector<std::int64_t> values(random.Below(700));
  const auto form = random.Below(6);
  const auto wide = static_cast<std::int64_t>(random.Uint64() >> random.Below(64));
  std::vector<std::int64_t> distinct(1 + random.Below(20));
  for (std::int64_t& value : distinct) value = static_cast<std::int64_t>(random.Uint64());
  std::int64_t sum = wide / 2;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto small = static_cast<std::int64_t>(random.Below(300));
    sum += static_cast<std::int64_t>(i) * 7 + small;
    if (form == 0) values[i] = wide;
    if (form == 1) values[i] = small - 100;
    if (form == 2) values[i] = sum;
    if (form == 3) values[i] = random.OneIn(40) ? wide : small;
    if (form == 4) values[i] = distinct[random.Below(distinct.size())];
    if (form == 5) values[i] = static_cast<std::int64_t>(i % 9) * 1000;
  }
  return values;
}

TEST_F(IntegerCodecTest, GivesSingleNumbersAsTheWholeSeriesHasThem) {
  SeededRandom random(11);
  for (int round = 0; round < 400; ++round) {
    const std::vector<std::int64_t> values = RandomSeries(random);
    const std::string bytes = Encode(values);
    std::vector<std::uint32_t> positions;
    std::vector<std::int64_t> expected;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (!random.OneIn(1 + static_cast<std::uint32_t>(round) % 50)) continue;
      positions.push_back(i);
      expected.push_back(values[i]);
    }
    ByteReader in(bytes);
    std::vector<std::int64_t> out;
    ASSERT_TRUE(ReadIntegersAt(in, values.size(), positions, out, zstd_)) << round;
    EXPECT_TRUE(in.AtEnd());
    EXPECT_EQ(out, expected) << round;
  }
}

TEST_F(IntegerCodecTest, RefusesSingleNumbersOfASeriesCutShortAndCodesBeyondTheLimit) {
  const std::string bytes = Encode({1, 200, 3, 70'000, 5});
  const std::vector<std::uint32_t> positions = {1, 3};
  std::vector<std::int64_t> out;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(absl::string_view(bytes).substr(0, size));
    EXPECT_FALSE(ReadIntegersAt(in, 5, positions, out, zstd_)) << size;
  }
  std::vector<std::uint32_t> codes;
  ByteReader beyond(bytes);
  EXPECT_FALSE(ReadIntegersAt(beyond, 5, positions, 70'000, codes, zstd_));
  ByteReader below(bytes);
  EXPECT_TRUE(ReadIntegersAt(below, 5, positions, 70'001, codes, zstd_));
  EXPECT_THAT(codes, testing::ElementsAre(200, 70'000));
}

TEST_F(IntegerCodecTest, ReadsSmallNumbersAsItReadsLargeOnes) {
  SeededRandom random(3);
  for (int bits = 1; bits <= 32; ++bits) {
    std::vector<std::uint32_t> codes(random.Below(300));
    for (std::uint32_t& code : codes) {
      code = static_cast<std::uint32_t>(random.Uint64() >> (64 - bits));
    }
    std::string bytes;
    AppendCodes(bytes, codes, zstd_);
    ByteReader in(bytes);
    std::vector<std::uint32_t> out;
    ASSERT_TRUE(ReadIntegers(in, codes.size(), std::uint64_t{1} << 32, out, zstd_)) << bits;
    EXPECT_EQ(out, codes);
  }
}

TEST(BitPackingTest, PacksLeastSignificantBitsFirst) {
  std::string out;
  const std::vector<std::uint64_t> values = {1, 2, 3, 4, 5};
  AppendPacked(out, values, 3);
  EXPECT_EQ(out, std::string("\xd1\x58", 2));  // 001 010 011 100 101 from the low end up
}

}  // namespace
}  // namespace dims

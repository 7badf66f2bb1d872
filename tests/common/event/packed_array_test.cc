// SPDX-License-Identifier: Apache-2.0
#include "common/event/packed_array.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

// Packs, expects to read the same back, and gives the packing.
IntegerPacking RoundTrip(const std::vector<std::int64_t>& values) {
  std::string bytes;
  const IntegerPacking packing = AppendIntegers(bytes, values);
  EXPECT_EQ(bytes.size(), packing.StoredBytes(values.size()));
  std::vector<std::int64_t> out(values.size());
  ReadIntegers(bytes, packing, out);
  EXPECT_EQ(out, values);
  return packing;
}

TEST(PackedArrayTest, ChoosesTheWidthOfTheLargestValue) {
  EXPECT_EQ(WidthOf(0), 0u);
  EXPECT_EQ(WidthOf(1), 1u);
  EXPECT_EQ(WidthOf(255), 1u);
  EXPECT_EQ(WidthOf(256), 2u);
  EXPECT_EQ(WidthOf(65'536), 4u);
  EXPECT_EQ(WidthOf(std::uint64_t{1} << 32), 8u);
}

TEST(PackedArrayTest, WritesNarrowNumbersAsLittleEndianBytes) {
  const std::vector<std::uint32_t> values = {1, 0x0203};
  std::string bytes;
  AppendNarrow(bytes, values, 2);
  EXPECT_EQ(bytes, std::string("\x01\x00\x03\x02", 4));
  std::vector<std::uint32_t> out(2);
  ReadNarrow(bytes, 2, out);
  EXPECT_THAT(out, ElementsAre(1, 0x0203));
}

TEST(PackedArrayTest, StoresEqualNumbersInNoBytes) {
  EXPECT_EQ(RoundTrip({22, 22, 22}).width, 0u);
}

TEST(PackedArrayTest, StoresWholeSecondsAsSeconds) {
  const IntegerPacking packing =
      RoundTrip({1'796'000'000'000'000'000, 1'796'000'007'000'000'000, 1'796'000'001'000'000'000});
  EXPECT_EQ(packing.scale, 1'000'000'000u);
  EXPECT_EQ(packing.width, 1u);
}

TEST(PackedArrayTest, StoresASteadyClimbAsDifferences) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < 1000; ++i) values.push_back(1'000 * i * i);
  const IntegerPacking packing = RoundTrip(values);
  EXPECT_TRUE(packing.delta);
  EXPECT_EQ(packing.width, 2u);
}

TEST(PackedArrayTest, SurvivesTheLimitsOfInt64) {
  RoundTrip({INT64_MIN, INT64_MAX});
  RoundTrip({INT64_MAX, INT64_MIN, 0, -1, 1});
  RoundTrip({INT64_MIN});
  RoundTrip({});
}

TEST(PackedArrayTest, ReadsBackRandomNumbersOfEveryMagnitude) {
  SeededRandom random(7);
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t bits = 1 + random.Below(64);
    std::vector<std::int64_t> values(random.Below(50));
    for (std::int64_t& value : values) {
      value = static_cast<std::int64_t>((random.Uint64() >> (64 - bits)) *
                                        (round % 3 == 0 ? 1'000'000u : 1u));
    }
    RoundTrip(values);
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/value_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace dims {
namespace {

class PresenceTest : public testing::Test {
 protected:
  std::string Encode(const RowBitmap& presence) {
    std::string out;
    AppendPresence(out, &presence, presence.size(), zstd_);
    return out;
  }

  void ExpectRoundTrip(const RowBitmap& presence) {
    const std::string bytes = Encode(presence);
    ByteReader in(bytes);
    std::optional<RowBitmap> read;
    ASSERT_TRUE(ReadPresence(in, presence.size(), read, zstd_));
    EXPECT_TRUE(in.AtEnd());
    EXPECT_EQ(read.value_or(RowBitmap(presence.size(), true)), presence);
  }

  bool Reads(const std::string& bytes, std::uint32_t rows) {
    ByteReader in(bytes);
    std::optional<RowBitmap> read;
    return ReadPresence(in, rows, read, zstd_);
  }

  ZstdCodec zstd_;
};

TEST_F(PresenceTest, StoresAllAndNoneInOneByte) {
  EXPECT_EQ(Encode(RowBitmap(70, true)), std::string(1, '\0'));
  EXPECT_EQ(Encode(RowBitmap(70)), "\x01");
}

TEST_F(PresenceTest, StoresLongRunsInAFewBytes) {
  RowBitmap presence(65536);
  for (std::uint32_t row = 1000; row < 50000; ++row) presence.Set(row);
  EXPECT_LT(Encode(presence).size(), 24u);
  ExpectRoundTrip(presence);
}

TEST_F(PresenceTest, KeepsEveryPatternOfEveryLength) {
  SeededRandom random(2);
  for (std::uint32_t rows = 0; rows < 300; ++rows) {
    for (const std::uint64_t one_in : {1u, 2u, 9u, 200u}) {
      RowBitmap presence(rows);
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (random.OneIn(one_in)) presence.Set(row);
      }
      ExpectRoundTrip(presence);
    }
  }
}

TEST_F(PresenceTest, AcceptsABitmapOfNoRows) {
  EXPECT_TRUE(Reads(std::string("\x03\x00\x00", 3), 0));
}

TEST_F(PresenceTest, RefusesRunsThatDoNotFillTheRows) {
  RowBitmap presence(640);
  for (std::uint32_t row = 100; row < 300; ++row) presence.Set(row);
  const std::string bytes = Encode(presence);
  EXPECT_TRUE(Reads(bytes, 640));
  EXPECT_FALSE(Reads(bytes, 641));
  EXPECT_FALSE(Reads(bytes, 600));
  EXPECT_FALSE(Reads("\x07", 640));
  EXPECT_FALSE(Reads("", 640));
}

TEST(BytesCodecTest, RefusesASizeThatTheFrameDoesNotDeclare) {
  ZstdCodec zstd;
  std::string bytes;
  AppendBytes(bytes, std::string(5000, 'x'), 1, zstd);
  std::string out;
  ByteReader whole(bytes);
  EXPECT_TRUE(ReadBytes(whole, out, zstd));
  EXPECT_EQ(out, std::string(5000, 'x'));
  bytes[1] = static_cast<char>(bytes[1] ^ 1);
  ByteReader lying(bytes);
  EXPECT_FALSE(ReadBytes(lying, out, zstd));
}

TEST(BytesCodecTest, RefusesASeriesBeyondTheLimitBeforeTakingMemory) {
  ZstdCodec zstd;
  std::string bytes(1, '\x01');
  AppendVarint(bytes, kSeriesBytesMax + 1);
  ByteReader in(bytes);
  std::string out;
  EXPECT_FALSE(ReadBytes(in, out, zstd));
}

TEST(AddressesCodecTest, KeepsAddressesOfBothFamiliesInOrder) {
  ZstdCodec zstd;
  const std::vector<IpAddress> sorted = {
      *IpAddress::Parse("::1"), *IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("10.0.0.9"),
      *IpAddress::Parse("255.255.255.255"), *IpAddress::Parse("2001:db8::1")};
  std::string bytes;
  AppendAddresses(bytes, sorted, zstd);
  ByteReader in(bytes);
  std::vector<IpAddress> read;
  ASSERT_TRUE(ReadAddresses(in, sorted.size(), read, zstd));
  EXPECT_EQ(read, sorted);
  ByteReader other_count(bytes);
  EXPECT_FALSE(ReadAddresses(other_count, sorted.size() + 1, read, zstd));
}

}  // namespace
}  // namespace dims

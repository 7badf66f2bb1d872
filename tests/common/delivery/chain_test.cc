// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/chain.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

constexpr absl::string_view kAgent = "8d3c1a52-7f0e-4c55-9a3b-0c6f2f1d9e11";
constexpr std::uint64_t kEpoch = 0x0123456789abcdef;

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(BytesOf(digest));
}

// The expected digests were made with sha256sum over the byte strings of docs/wire_format.md.
TEST(ChainTest, StartsFromAgentAndEpoch) {
  EXPECT_EQ(Hex(ChainStart(kAgent, kEpoch)),
            "703fdcb4c4ac0f88478457cb91ecc863990d0ac46a27ef6e067d420aec56eee1");
}

TEST(ChainTest, TiesEpochSequenceAndPayloadToThePrevious) {
  Sha256Digest payload;
  payload.fill(0xaa);
  EXPECT_EQ(Hex(ChainNext(ChainStart(kAgent, kEpoch), kEpoch, 1, payload)),
            "b1c6a00404abc2063a339b61f8223cdebe1ac1c2d8ae9761aa932c20148f85fe");
}

TEST(ChainTest, DiffersWhenAnythingBeforeDiffers) {
  const Sha256Digest payload{};
  const Sha256Digest start = ChainStart(kAgent, kEpoch);
  const Sha256Digest next = ChainNext(start, kEpoch, 1, payload);
  EXPECT_NE(next, ChainNext(start, kEpoch, 2, payload));
  EXPECT_NE(next, ChainNext(start, kEpoch + 1, 1, payload));
  EXPECT_NE(next, ChainNext(ChainStart(kAgent, kEpoch + 1), kEpoch, 1, payload));
  EXPECT_NE(next, ChainNext(start, kEpoch, 1, Sha256("x")));
}

}  // namespace
}  // namespace dims

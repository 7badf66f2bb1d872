// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/match/indicator_set.h"
#include "common/match/netmap.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'000'000;

IpAddress Ip(const std::string& text) {
  return *IpAddress::Parse(text);
}

Indicator Named(const std::string& value, int confidence, const std::string& provider = "feed",
                std::int64_t expires_ns = kNeverExpires) {
  return {*Observable::Parse(value),
          static_cast<std::uint8_t>(confidence),
          Tlp::kGreen,
          expires_ns,
          provider,
          absl::StrCat("about ", value)};
}

std::string BestName(const std::optional<IndicatorSet::Match>& match) {
  return match ? std::string(match->name) : "-";
}

// What a person would do: look at every block.
std::uint32_t SmallestByHand(const std::vector<Cidr>& blocks, const IpAddress& address) {
  std::uint32_t best = AddressRanges::kNone;
  for (std::uint32_t i = 0; i < blocks.size(); ++i) {
    if (!blocks[i].Contains(address)) continue;
    if (best == AddressRanges::kNone || blocks[i].prefix_bits() >= blocks[best].prefix_bits())
      best = i;
  }
  return best;
}

// Few distinct bits, so that blocks nest and touch.
IpAddress CrampedAddress(SeededRandom& random) {
  if (random.OneIn(2)) {
    return IpAddress::FromV4(static_cast<std::uint32_t>(random.Below(4) << 30 | random.Below(4)));
  }
  std::array<std::uint8_t, 16> bytes{};
  bytes[0] = static_cast<std::uint8_t>(random.Below(2) * 255);
  bytes[15] = static_cast<std::uint8_t>(random.Below(4));
  if (bytes[0] == 255 && random.OneIn(2)) bytes.fill(255);
  return IpAddress(bytes);
}

TEST(AddressRangesTest, FindsTheBlockThatALookAtEveryBlockFinds) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    std::vector<Cidr> blocks;
    for (std::uint64_t i = 0, count = random.Below(30); i < count; ++i) {
      const IpAddress address = CrampedAddress(random);
      const std::uint64_t bits = random.Below((address.IsV4() ? 32 : 128) + 1);
      blocks.push_back(*Cidr::Parse(absl::StrCat(address.ToString(), "/", bits)));
    }
    const AddressRanges ranges(blocks);
    for (int i = 0; i < 200; ++i) {
      const IpAddress address = CrampedAddress(random);
      ASSERT_EQ(ranges.Find(address), SmallestByHand(blocks, address))
          << "seed " << seed << " " << address.ToString();
    }
  }
}

TEST(AddressRangesTest, LeadsFromABlockToTheNextLargerOne) {
  const std::vector<Cidr> blocks = {*Cidr::Parse("10.0.0.0/8"), *Cidr::Parse("10.1.0.0/16"),
                                    *Cidr::Parse("10.1.2.0/24")};
  const AddressRanges ranges(blocks);
  EXPECT_EQ(ranges.Find(Ip("10.1.2.3")), 2u);
  EXPECT_EQ(ranges.Around(2), 1u);
  EXPECT_EQ(ranges.Around(1), 0u);
  EXPECT_EQ(ranges.Around(0), AddressRanges::kNone);
}

TEST(NetmapTest, GivesAnAddressToTheOwnerOfTheSmallestBlock) {
  const Netmap netmap(
      {{"county", {*Cidr::Parse("198.51.100.0/24")}, {}},
       {"port", {*Cidr::Parse("198.51.100.128/25"), *Cidr::Parse("2001:db8::/32")}, {}}});
  EXPECT_EQ(netmap.OwnerOf(Ip("198.51.100.1")), "county");
  EXPECT_EQ(netmap.OwnerOf(Ip("198.51.100.200")), "port");
  EXPECT_EQ(netmap.OwnerOf(Ip("2001:db8::1")), "port");
  EXPECT_EQ(netmap.OwnerOf(Ip("198.51.101.1")), "");
}

TEST(NetmapTest, GivesADomainToTheOwnerOfTheLongestSuffixOnALabelBorder) {
  const Netmap netmap({{"state", {}, {"wa.example"}}, {"city", {}, {"seattle.wa.example"}}});
  EXPECT_EQ(netmap.OwnerOfDomain("www.Seattle.WA.example."), "city");
  EXPECT_EQ(netmap.OwnerOfDomain("tacoma.wa.example"), "state");
  EXPECT_EQ(netmap.OwnerOfDomain("notwa.example"), "");
  EXPECT_EQ(netmap.OwnerOfDomain(""), "");
  EXPECT_EQ(netmap.OwnerOfDomain(std::string(300, 'a') + ".wa.example"), "");
}

TEST(ObservableTest, KnowsEachKindByItsText) {
  const auto kind = [](absl::string_view text) -> std::string {
    const auto parsed = Observable::Parse(text);
    return parsed ? absl::StrCat(ObservableKindName(parsed->kind), " ", parsed->text) : "none";
  };
  EXPECT_EQ(kind("192[.]0.2[.]7"), "address 192.0.2.7");
  EXPECT_EQ(kind("192.0.2.7/32"), "address 192.0.2.7");
  EXPECT_EQ(kind("192.0.2.7/24"), "cidr 192.0.2.0/24");
  EXPECT_EQ(kind("*.Evil[.]Example."), "domain evil.example");
  EXPECT_EQ(kind("D41D8CD98F00B204E9800998ECF8427E"), "hash d41d8cd98f00b204e9800998ecf8427e");
  for (const char* none :
       {"", "com", "999.1.1.1", "a..b", "http://evil.example/x", "two words.example"})
    EXPECT_EQ(kind(none), "none") << none;
}

TEST(IndicatorSetTest, PrefersTheMoreConfidentThenTheMoreSpecific) {
  const IndicatorSet set(
      {Named("192.0.2.7", 40), Named("192.0.2.0/24", 90), Named("192.0.0.0/16", 90)});
  EXPECT_EQ(BestName(set.BestOfAddress(Ip("192.0.2.7"), kNow)), "about 192.0.2.0/24");
  EXPECT_EQ(BestName(set.BestOfAddress(Ip("192.0.3.7"), kNow)), "about 192.0.0.0/16");
  EXPECT_EQ(BestName(set.BestOfAddress(Ip("198.51.100.1"), kNow)), "-");
}

TEST(IndicatorSetTest, MatchesDomainsBelowButNotBesideAnIndicator) {
  const IndicatorSet set({Named("evil.example", 80)});
  EXPECT_EQ(BestName(set.BestOfDomain("a.b.EVIL.example.", kNow)), "about evil.example");
  EXPECT_EQ(BestName(set.BestOfDomain("evil.example", kNow)), "about evil.example");
  EXPECT_EQ(BestName(set.BestOfDomain("notevil.example", kNow)), "-");
  EXPECT_EQ(BestName(set.BestOfDomain("example", kNow)), "-");
}

TEST(IndicatorSetTest, MatchesHashesInAnyCase) {
  const IndicatorSet set({Named("d41d8cd98f00b204e9800998ecf8427e", 80)});
  EXPECT_TRUE(set.BestOfHash("D41D8CD98F00B204E9800998ECF8427E", kNow).has_value());
  EXPECT_FALSE(set.BestOfHash("d41d8cd98f00b204e9800998ecf8427f", kNow).has_value());
  EXPECT_FALSE(set.BestOfHash(std::string(5000, 'a'), kNow).has_value());
  EXPECT_FALSE(set.BestOfDomain("d41d8cd98f00b204e9800998ecf8427e", kNow).has_value());
}

TEST(IndicatorSetTest, ForgetsAnIndicatorAtItsExpiry) {
  const IndicatorSet set({Named("192.0.2.7", 90, "old", kNow + 1), Named("192.0.2.7", 60, "new")});
  EXPECT_EQ(set.BestOfAddress(Ip("192.0.2.7"), kNow)->provider, "old");
  EXPECT_EQ(set.BestOfAddress(Ip("192.0.2.7"), kNow + 1)->provider, "new");
  EXPECT_EQ(set.All(*Observable::Parse("192.0.2.7"), kNow + 1).size(), 1u);
}

TEST(IndicatorSetTest, TellsEverythingThatIsKnownOfAValue) {
  const IndicatorSet set({Named("192.0.2.7", 40, "b"), Named("192.0.2.7", 40, "a"),
                          Named("192.0.2.0/24", 90), Named("192.0.2.7", 60, "c")});
  std::vector<std::string> providers;
  for (const Indicator& found : set.All(*Observable::Parse("192.0.2.7"), kNow))
    providers.push_back(absl::StrCat(found.provider, " ", found.observable.text));
  EXPECT_THAT(providers,
              ElementsAre("c 192.0.2.7", "a 192.0.2.7", "b 192.0.2.7", "feed 192.0.2.0/24"));
  EXPECT_EQ(set.All(*Observable::Parse("192.0.2.128/25"), kNow).size(), 1u);
  EXPECT_THAT(set.All(*Observable::Parse("192.0.0.0/16"), kNow), IsEmpty());
}

TEST(IndicatorSetTest, FindsWhatALookAtEveryIndicatorFinds) {
  SeededRandom random(7);
  std::vector<Indicator> all;
  for (int i = 0; i < 400; ++i) {
    const IpAddress address =
        IpAddress::FromV4(static_cast<std::uint32_t>(random.Below(4096)) << 12);
    const std::string value = random.OneIn(2)
                                  ? address.ToString()
                                  : absl::StrCat(address.ToString(), "/", 16 + random.Below(16));
    all.push_back(Named(value, static_cast<int>(random.Below(101)), "feed",
                        static_cast<std::int64_t>(random.Below(2 * kNow))));
  }
  const IndicatorSet set(all);
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const IpAddress address = IpAddress::FromV4(i << 12);
    int best = -1;
    for (const Indicator& one : all) {
      if (one.expires_ns > kNow && Cidr::Parse(one.observable.text)->Contains(address))
        best = std::max<int>(best, one.confidence);
    }
    const auto found = set.BestOfAddress(address, kNow);
    ASSERT_EQ(found ? int{found->confidence} : -1, best) << address.ToString();
  }
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/text_redactor.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "common/privacy/keyed_hash.h"

namespace dims {
namespace {

constexpr PrivacyKey kKey = {1, 2, 3};

Replacement Mask() {
  return Replacement(RedactionStyle::kMask, "", kKey);
}

std::string Redacted(const TextRedactor& redactor, absl::string_view text,
                     const RowSecrets& secrets = {}) {
  std::string out(text);
  redactor.Redact(text, secrets, &out);
  return out;
}

std::string WithoutValue(absl::string_view value, absl::string_view text) {
  RowSecrets secrets;
  secrets.Add(value, Mask());
  return Redacted(TextRedactor(), text, secrets);
}

std::string WithoutNetwork(absl::string_view text) {
  TextRedactor redactor;
  redactor.AddNetworks({*Cidr::Parse("10.1.0.0/16"), *Cidr::Parse("2001:db8::/32")}, Mask());
  return Redacted(redactor, text);
}

std::string WithoutNames(absl::string_view text) {
  TextRedactor redactor;
  redactor.AddNames({"Hall", "*.city.example"}, Mask());
  return Redacted(redactor, text);
}

TEST(TextRedactorTest, AValueOfFourBytesGoesWhereverItStandsInAnyCase) {
  EXPECT_EQ(WithoutValue("alice", "user ALICE logged in as xalicex"),
            "user [redacted] logged in as x[redacted]x");
}

TEST(TextRedactorTest, AShortValueGoesOnlyAsAWordOfItsOwn) {
  EXPECT_EQ(WithoutValue("bob", "bob bobby kebob bob-laptop"),
            "[redacted] bobby kebob [redacted]-laptop");
}

TEST(TextRedactorTest, WhatHasNoLetterIsNoSecret) {
  EXPECT_EQ(WithoutValue("-", "a - b"), "a - b");
}

TEST(TextRedactorTest, EscapedValuesAreFound) {
  EXPECT_EQ(WithoutValue("CITY\\alice", R"({"user":"CITY\\alice"})"), R"({"user":"[redacted]"})");
  EXPECT_EQ(WithoutValue("jos\xc3\xa9", R"({"u":"jos\u00e9"})"), R"({"u":"[redacted]"})");
  EXPECT_EQ(WithoutValue("a=b|c", R"(suser=a\=b\|c end)"), "suser=[redacted] end");
  EXPECT_EQ(WithoutValue("al ice", "GET /?u=al%20ice"), "GET /?u=[redacted]");
  EXPECT_EQ(WithoutValue("alice", R"({"u":"\u0061lice"})"), R"({"u":"[redacted]"})");
}

TEST(TextRedactorTest, ValuesEscapedTwiceAreFound) {
  EXPECT_EQ(WithoutValue("a\"bcd", R"({"m":"{\"u\":\"a\\\"bcd\"}"})"),
            R"({"m":"{\"u\":\"[redacted]\"}"})");
}

TEST(TextRedactorTest, OtherSpellingsOfAMacAddressAreFound) {
  EXPECT_EQ(WithoutValue("00-1A-2B-3C-4D-5E", "mac 00:1a:2b:3c:4d:5e or 001a.2b3c.4d5e"),
            "mac [redacted] or [redacted]");
}

TEST(TextRedactorTest, OtherSpellingsOfAnAddressOfTheRowAreFound) {
  EXPECT_EQ(WithoutValue("2001:db8::1", "from [2001:0DB8:0:0:0:0:0:1]:443"),
            "from [[redacted]]:443");
}

TEST(TextRedactorTest, AddressesOfNetworksGoInEveryForm) {
  EXPECT_EQ(WithoutNetwork("10.1.2.3:22, 10.1.2.3/24 and 10.1.2.3."),
            "[redacted]:22, [redacted]/24 and [redacted].");
  EXPECT_EQ(WithoutNetwork("ip-10-1-2-3.internal 010.001.002.003"),
            "ip-[redacted].internal [redacted]");
  EXPECT_EQ(WithoutNetwork("::ffff:10.1.2.3 src10.1.2.3x"), "[redacted] src[redacted]x");
  EXPECT_EQ(WithoutNetwork("[2001:db8::5]:443 2001:db8::5%eth0 2001:DB8:0::/64 addr:2001:db8::1"),
            "[[redacted]]:443 [redacted]%eth0 [redacted]/64 addr:[redacted]");
  EXPECT_EQ(WithoutNetwork("3.2.1.10.in-addr.arpa"), "[redacted].in-addr.arpa");
  EXPECT_EQ(WithoutNetwork("PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
                           "ip6.arpa"),
            "PTR [redacted].ip6.arpa");
  EXPECT_EQ(WithoutNetwork("u=2001%3Adb8%3A%3A5"), "u=[redacted]");
  EXPECT_EQ(WithoutNetwork("1.10.1.2.3"), "1.[redacted]");
}

TEST(TextRedactorTest, OtherAddressesAndNumbersStay) {
  for (const char* text :
       {"203.0.113.9", "110.1.2.3", "10.1.2.300", "10.2.0.1", "12:30:45", "00:1a:2b:3c:4d:5e",
        "2001:db9::1", "version 10.1.2", "::", ":::", "fe80:"}) {
    EXPECT_EQ(WithoutNetwork(text), text);
  }
}

TEST(TextRedactorTest, NamesGoWithWhatStandsBeforeASuffix) {
  EXPECT_EQ(WithoutNames("HALL fs1.City.Example, a.b.city.example. hall.local"),
            "[redacted] [redacted], [redacted]. [redacted].local");
  EXPECT_EQ(WithoutNames("hallway townhall city.example notcity.example"),
            "hallway townhall city.example notcity.example");
}

TEST(TextRedactorTest, CommunityIdsGoWhereARowAsksForIt) {
  RowSecrets secrets;
  secrets.community_ids = true;
  EXPECT_EQ(
      Redacted(TextRedactor(), R"({"c":"1:LQU9qZlK+B5F3KDmev6m5PMibrg=","n":"1:2"})", secrets),
      R"({"c":"[redacted]","n":"1:2"})");
}

TEST(TextRedactorTest, WhatIsLeftOfATextThatGrowsIsBounded) {
  std::string text;
  for (int n = 0; n < 10'000; ++n) text += "a ";
  RowSecrets secrets;
  secrets.Add("a", Replacement(RedactionStyle::kHash, "", kKey));
  const std::string out = Redacted(TextRedactor(), text, secrets);
  EXPECT_LE(out.size(), text.size() * 2 + 256);
  EXPECT_FALSE(absl::StrContains(out, " a "));
}

TEST(ReplacementTest, IsTheSameForAValueInAnyCaseAndDependsOnTheKey) {
  const Replacement here(RedactionStyle::kLabel, "hall", kKey);
  const Replacement there(RedactionStyle::kLabel, "hall", PrivacyKey{9});
  EXPECT_EQ(here.OfText("Alice"), here.OfText("alice"));
  EXPECT_NE(here.OfText("alice"), here.OfText("alicf"));
  EXPECT_NE(here.OfText("alice"), there.OfText("alice"));
  EXPECT_TRUE(absl::StartsWith(here.OfText("alice"), "hall-"));
}

TEST(ReplacementTest, OnlyAPrefixStaysAnAddress) {
  const IpAddress address = *IpAddress::Parse("10.1.2.3");
  const Replacement prefix(RedactionStyle::kPrefix, "", kKey);
  EXPECT_TRUE(prefix.AddressOf(address).has_value());
  EXPECT_NE(*prefix.AddressOf(address), address);
  EXPECT_EQ(prefix.OfAddress(address), prefix.AddressOf(address)->ToString());
  EXPECT_FALSE(Mask().AddressOf(address).has_value());
  EXPECT_TRUE(absl::StartsWith(prefix.OfText("alice"), "hash-"));
}

}  // namespace
}  // namespace dims

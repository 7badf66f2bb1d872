// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/principal.h"

#include <gtest/gtest.h>

#include <string>

namespace dims {
namespace {

constexpr char kAgentUuid[] = "0b7cbb2e-5d4e-4a6e-9d5c-3f1d6a0c2b11";

TEST(PrincipalTest, ReadsBackEachKindItWrites) {
  for (const Principal& principal : {Principal::Agent("puget-sound", "seattle", kAgentUuid),
                                     Principal::User("g", "alice.b_c-d"), Principal::Server("g")}) {
    EXPECT_EQ(*Principal::Parse(principal.Uri()), principal) << principal.Uri();
  }
  EXPECT_EQ(Principal::Agent("g", "s", kAgentUuid).Uri(),
            std::string("dims://g/site/s/agent/") + kAgentUuid);
}

TEST(PrincipalTest, RefusesEveryOtherSpelling) {
  for (const char* uri :
       {"", "dims://", "dims://g", "http://g/user/a", "dims://g/user/", "dims://g/user/a/",
        "dims://G/user/a", "dims://g/user/A", "dims://g/user/a b", "dims://g/site/s/agent/1",
        "dims://g/site/s/agent/0B7CBB2E-5D4E-4A6E-9D5C-3F1D6A0C2B11", "dims://g//user/a",
        "dims://g/site/../agent/0b7cbb2e-5d4e-4a6e-9d5c-3f1d6a0c2b11", "dims://g/server/x",
        "dims://-g/server"}) {
    EXPECT_FALSE(Principal::Parse(uri).ok()) << uri;
  }
  EXPECT_FALSE(Principal::Parse("dims://g/user/" + std::string(300, 'a')).ok());
}

TEST(SlugTest, IsMadeFromAnyName) {
  EXPECT_EQ(SlugOf("  Puget Sound -- Trust Group! "), "puget-sound-trust-group");
  EXPECT_EQ(SlugOf("Zürich"), "z-rich");
  EXPECT_EQ(SlugOf("***"), "");
  EXPECT_EQ(SlugOf(std::string(31, 'a') + " b").size(), 31U);
}

TEST(SlugTest, AllowsLettersDigitsAndInnerDashesOnly) {
  EXPECT_TRUE(IsSlug("a"));
  EXPECT_TRUE(IsSlug(std::string(32, 'a')));
  for (const std::string& bad : {std::string(), std::string(33, 'a'), std::string("-a"),
                                 std::string("a-"), std::string("a_b"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(IsSlug(bad)) << bad;
  }
}

}  // namespace
}  // namespace dims

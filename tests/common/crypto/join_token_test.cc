// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/join_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

JoinToken AgentToken() {
  return {JoinToken::Kind::kAgent, "0123456789abcdef",   Sha256("ca"),
          "centre.example:7443",   "[2001:db8::1]:7444", "seattle"};
}

TEST(JoinTokenTest, ReadsBackWhatItWrote) {
  EXPECT_EQ(*JoinToken::Parse(AgentToken().Encode()), AgentToken());
  JoinToken user = AgentToken();
  user.kind = JoinToken::Kind::kUser;
  user.site = "";
  EXPECT_EQ(*JoinToken::Parse(user.Encode()), user);
}

TEST(JoinTokenTest, HasExactlyTheDocumentedBytes) {
  const std::string body =
      absl::StrCat(absl::string_view("\x01"), "0123456789abcdef", BytesOf(Sha256("ca")),
                   "\x13"
                   "centre.example:7443",
                   "\x12"
                   "[2001:db8::1]:7444",
                   "\x07"
                   "seattle");
  const std::string checksum(BytesOf(Sha256("dims1-" + body)).substr(0, 4));
  EXPECT_EQ(AgentToken().Encode(), "dims1-" + absl::WebSafeBase64Escape(body + checksum));
}

TEST(JoinTokenTest, ForgivesTheLineBreaksOfMailPrograms) {
  std::string wrapped = AgentToken().Encode();
  wrapped.insert(100, "\r\n  ");
  wrapped.insert(30, "\n");
  EXPECT_EQ(*JoinToken::Parse("  " + wrapped + "\n"), AgentToken());
}

TEST(JoinTokenTest, NoticesEveryMangledCharacter) {
  const std::string text = AgentToken().Encode();
  for (std::size_t i = 6; i < text.size(); ++i) {
    std::string mangled = text;
    mangled[i] = mangled[i] == 'A' ? 'B' : 'A';
    const absl::StatusOr<JoinToken> token = JoinToken::Parse(mangled);
    // The last character may carry unused bits only.
    EXPECT_TRUE(!token.ok() || (i + 1 == text.size() && *token == AgentToken())) << i;
  }
}

TEST(JoinTokenTest, NoticesAPasteThatWasCutShort) {
  const std::string text = AgentToken().Encode();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(JoinToken::Parse(text.substr(0, length)).ok()) << length;
  }
  EXPECT_THAT(JoinToken::Parse(text.substr(0, 80)).status().message(), HasSubstr("copy it again"));
}

TEST(JoinTokenTest, SaysWhenTheTextIsSomethingElse) {
  EXPECT_THAT(JoinToken::Parse("hello").status().message(), HasSubstr("not a join token"));
  EXPECT_THAT(JoinToken::Parse(std::string(5000, 'a')).status().message(), HasSubstr("too long"));
  JoinToken odd = AgentToken();
  odd.site = "Not A Slug";
  EXPECT_THAT(JoinToken::Parse(odd.Encode()).status().message(), HasSubstr("update this program"));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/base/http_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/support/scripted_listener.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

const HostPort kTarget = {"centre.example", 8443};

class HttpProxyTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::optional<HttpProxy>> Find() {
    return HttpProxy::For(kTarget, [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::map<std::string, std::string> environment_;
};

TEST_F(HttpProxyTest, ThereIsNoneWhereNoneIsNamed) {
  EXPECT_FALSE(Find()->has_value());
  environment_["https_proxy"] = "";
  EXPECT_FALSE(Find()->has_value());
}

TEST_F(HttpProxyTest, TheFirstNamedOneIsTakenInGrpcsOrder) {
  environment_["http_proxy"] = "http://c.example:3";
  environment_["https_proxy"] = "http://b.example:2/";
  EXPECT_EQ((*Find())->address.Text(), "b.example:2");
  environment_["grpc_proxy"] = "http://a.example";
  EXPECT_EQ((*Find())->address.Text(), "a.example:80");
}

TEST_F(HttpProxyTest, UserAndPasswordMayHoldAnyCharacterButOne) {
  environment_["https_proxy"] = "http://bob:p%21ss%3a%zz@[::1]:3128";
  EXPECT_EQ((*Find())->credentials, "bob:p!ss:%zz");
  EXPECT_EQ((*Find())->address.Text(), "[::1]:3128");
  environment_["https_proxy"] = "http://bob:p%40ss@[::1]:3128";  // gRPC cannot
  EXPECT_TRUE(absl::IsInvalidArgument(Find().status()));
}

TEST_F(HttpProxyTest, HostsThatAreExemptAreReachedDirectly) {
  environment_["https_proxy"] = "http://b.example:2";
  environment_["no_proxy"] = "other.example, .EXAMPLE";
  EXPECT_FALSE(Find()->has_value());
  environment_["no_grpc_proxy"] = "other.example";  // stands before the general one
  EXPECT_TRUE(Find()->has_value());
}

TEST_F(HttpProxyTest, AProxyOfAnotherKindIsRefusedByTheVariablesName) {
  for (const char* value : {"https://b.example:2", "socks5://b.example:2", "b.example:2"}) {
    environment_["https_proxy"] = value;
    EXPECT_TRUE(absl::IsInvalidArgument(Find().status())) << value;
    EXPECT_THAT(std::string(Find().status().message()), HasSubstr("https_proxy")) << value;
  }
}

// A proxy that gives one answer.
class TunnelTest : public ::testing::Test {
 protected:
  absl::Status Open(const std::string& answer, const std::string& credentials = "") {
    const ScriptedListener listener(SOCK_STREAM);
    auto served =
        std::async(std::launch::async, [&] { return listener.AnswerAfter("\r\n\r\n", answer); });
    const HttpProxy proxy = {{"127.0.0.1", listener.port()}, credentials};
    const UniqueFd fd = ConnectTcp({proxy.address}, absl::Seconds(10)).value();
    const absl::Status opened = proxy.OpenTunnel(fd, kTarget, absl::Seconds(10));
    request_ = served.get();
    rest_.resize(16);
    const ssize_t got = opened.ok() ? ::recv(fd.get(), rest_.data(), rest_.size(), 0) : 0;
    rest_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return opened;
  }

  std::string request_;
  std::string rest_;
};

TEST_F(TunnelTest, AsksForTheTargetAndLeavesWhatTheTargetSays) {
  ASSERT_TRUE(Open("HTTP/1.1 200 OK\r\nVia: x\r\n\r\nhello").ok());
  EXPECT_EQ(request_, "CONNECT centre.example:8443 HTTP/1.1\r\nHost: centre.example:8443\r\n\r\n");
  EXPECT_EQ(rest_, "hello");
}

TEST_F(TunnelTest, ShowsUserAndPassword) {
  ASSERT_TRUE(Open("HTTP/1.0 200 Connection established\r\n\r\n", "bob:secret").ok());
  EXPECT_THAT(request_, HasSubstr("\r\nProxy-Authorization: Basic Ym9iOnNlY3JldA==\r\n"));
}

TEST_F(TunnelTest, SaysInWordsWhatTheProxyObjectsTo) {
  const std::tuple<const char*, absl::StatusCode, const char*> cases[] = {
      {"HTTP/1.1 407 x\r\n\r\n", absl::StatusCode::kPermissionDenied, "wants a user and password"},
      {"HTTP/1.1 403 x\r\n\r\n", absl::StatusCode::kPermissionDenied, "centre.example:8443"},
      {"HTTP/1.1 502 x\r\n\r\n", absl::StatusCode::kUnavailable, "502"},
      {"SSH-2.0-x\r\n\r\n", absl::StatusCode::kUnavailable, "does not speak HTTP"},
      {"HTTP/1.1 200 O", absl::StatusCode::kUnavailable, "closed"},
      {"", absl::StatusCode::kUnavailable, "closed"}};
  for (const auto& [answer, code, words] : cases) {
    const absl::Status opened = Open(answer);
    EXPECT_EQ(opened.code(), code) << answer;
    EXPECT_THAT(std::string(opened.message()), HasSubstr(words)) << answer;
  }
  EXPECT_THAT(std::string(Open("HTTP/1.1 407 x\r\n\r\n", "bob:x").message()),
              HasSubstr("does not take this user"));
}

TEST_F(TunnelTest, AnAnswerWithoutAnEndIsNotReadForEver) {
  EXPECT_THAT(std::string(Open("HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x')).message()),
              HasSubstr("no end"));
}

}  // namespace
}  // namespace dims

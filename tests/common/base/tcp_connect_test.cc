// SPDX-License-Identifier: Apache-2.0
#include "common/base/tcp_connect.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

namespace dims {
namespace {

using ::testing::HasSubstr;

// A listening loopback socket on a port of the kernel's choice, and that port.
std::pair<UniqueFd, std::uint16_t> Listener() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(::listen(fd.get(), 1), 0);
  socklen_t length = sizeof(address);
  EXPECT_EQ(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  return {std::move(fd), ntohs(address.sin_port)};
}

TEST(HostPortTest, ReadsNamesAndAddressesAndWritesThemBack) {
  for (const char* text :
       {"centre.example:7443", "198.51.100.7:1", "[2001:db8::1]:65535", "localhost:0"}) {
    ASSERT_TRUE(HostPort::Parse(text).ok()) << text;
    EXPECT_EQ(HostPort::Parse(text)->Text(), text);
  }
  EXPECT_EQ(HostPort::Parse("[::1]:7")->host, "::1");
  EXPECT_TRUE(HostPort::Parse("[::1]:7")->IsAddress());
  EXPECT_FALSE(HostPort::Parse("centre.example:7443")->IsAddress());
}

TEST(HostPortTest, RefusesWhatIsNotHostAndPort) {
  for (const char* text : {"", "host", ":1", "host:", "host:65536", "host:-1", "::1:7", "a b:1",
                           "https://host:1", "a\"b:1", "host:1x"}) {
    EXPECT_FALSE(HostPort::Parse(text).ok()) << text;
  }
}

TEST(ConnectTcpTest, ReachesAListener) {
  const auto [listener, port] = Listener();
  const absl::StatusOr<std::vector<HostPort>> found = ResolveHost({"127.0.0.1", port});
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(ConnectTcp(*found, absl::Seconds(5)).ok());
}

TEST(ConnectTcpTest, TellsWhatEachAddressAnswered) {
  std::uint16_t port = 0;
  { port = Listener().second; }
  const absl::Status status =
      ConnectTcp({{"127.0.0.1", port}, {"not-numeric", port}}, absl::Seconds(5)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("Connection refused; not-numeric"));
  EXPECT_FALSE(ConnectTcp({}, absl::Seconds(5)).ok());
}

TEST(ConnectTcpTest, SaysThatANameDoesNotResolve) {
  EXPECT_THAT(ResolveHost({"no-such-name.invalid", 1}).status().message(),
              HasSubstr("cannot resolve no-such-name.invalid"));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kGet[] =
    "1760104536.123    456 192.0.2.7 TCP_MISS/200 1234 GET http://www.example/a?b ann "
    "HIER_DIRECT/198.51.100.9 text/html";

TEST(SquidTest, ReadsARequest) {
  const ParsedLine line(kGet);
  EXPECT_EQ(line["event.dataset"], "squid.log");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36.123Z");
  EXPECT_EQ(line["event.duration"], "456000000");
  EXPECT_EQ(line["event.action"], "TCP_MISS");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["destination.ip"], "198.51.100.9");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/a");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["http.response.status_code"], "200");
  EXPECT_EQ(line["http.response.bytes"], "1234");
  EXPECT_EQ(line["labels.http.mime_type"], "text/html");
}

TEST(SquidTest, ReadsATunnelBehindASyslogHeader) {
  const ParsedLine line(
      "Jan 12 10:00:00 proxy1 squid[7]: 1760104536.123 1 192.0.2.7 TCP_TUNNEL/200 39 CONNECT "
      "www.example:443 - HIER_DIRECT/www.example -");
  EXPECT_EQ(line["host.name"], "proxy1");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["http.request.method"], "CONNECT");
  EXPECT_FALSE(line.Stores("user.name"));
}

TEST(SquidTest, SaysThatARequestWasDenied) {
  const ParsedLine line(
      "1760104536.123 0 192.0.2.7 TCP_DENIED/403 3868 CONNECT 198.51.100.9:80 - HIER_NONE/- "
      "text/html \"-\"");
  EXPECT_EQ(line["event.type"], "connection,denied");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["destination.ip"], "198.51.100.9");
  EXPECT_EQ(line["labels.squid.extra"], "\"-\"");
}

TEST(SquidTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kGet);
}

}  // namespace
}  // namespace dims

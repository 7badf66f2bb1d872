// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kHttp[] =
    "Jan 12 10:00:00 lb haproxy[7]: 192.0.2.7:38862 [12/Jan/2026:09:59:59.726] in~ out/web1 "
    "0/0/1/0/2 304 168 - - ---- 6/6/0/0/0 0/0 {www.example||} {|} \"GET /a?b HTTP/1.1\" TLSv1.3";

TEST(HaproxyTest, ReadsARequest) {
  const ParsedLine line(kHttp);
  EXPECT_EQ(line["event.dataset"], "haproxy.log");
  EXPECT_EQ(line["event.category"], "network,web");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["event.duration"], "2000000");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "38862");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["url.path"], "/a");
  EXPECT_EQ(line["http.response.status_code"], "304");
  EXPECT_EQ(line["http.response.bytes"], "168");
  EXPECT_EQ(line["labels.haproxy.frontend"], "in~");
  EXPECT_EQ(line["labels.haproxy.backend"], "out");
  EXPECT_EQ(line["labels.haproxy.server"], "web1");
  EXPECT_EQ(line["labels.haproxy.request_headers"], "www.example||");
  EXPECT_EQ(line["labels.haproxy.extra"], "TLSv1.3");
}

TEST(HaproxyTest, ReadsATcpConnection) {
  const ParsedLine line(
      "Jan 12 10:00:00 lb haproxy[7]: 192.0.2.7:40962 [12/Jan/2026:09:59:59.285] main app/<NOSRV> "
      "-1/-1/1 212 SC 1/1/0/0/0 0/0");
  EXPECT_EQ(line["source.bytes"], "212");
  EXPECT_EQ(line["labels.haproxy.state"], "SC");
  EXPECT_EQ(line["labels.haproxy.server"], "<NOSRV>");
  EXPECT_FALSE(line.Stores("http.response.status_code"));
}

TEST(HaproxyTest, ReadsAConnectionAndOneThatFailed) {
  const ParsedLine connect(
      "Jan 12 10:00:00 lb haproxy[7]: Connect from 192.0.2.7:48408 to 198.51.100.1:443 (in/HTTP)");
  EXPECT_EQ(connect["source.port"], "48408");
  EXPECT_EQ(connect["destination.ip"], "198.51.100.1");
  EXPECT_EQ(connect["labels.haproxy.frontend"], "in");
  const ParsedLine failed(
      "Jan 12 10:00:00 lb haproxy[7]: 192.0.2.7:38862 [12/Jan/2026:09:59:59.726] in/1: SSL "
      "handshake failure");
  EXPECT_EQ(failed["source.ip"], "192.0.2.7");
  EXPECT_EQ(failed["labels.haproxy.frontend"], "in/1");
}

TEST(HaproxyTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kHttp);
}

}  // namespace
}  // namespace dims

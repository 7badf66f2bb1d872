// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kDefault[] =
    "2025-10-10 13:55:36 198.51.100.1 GET /a b=c 443 EXAMPLE\\ann 192.0.2.7 Mozilla/5.0+(X;+Y) "
    "https://www.example/ 200 0 0 123";

TEST(IisTest, ReadsTheDefaultFields) {
  LineContext context = FileContext();
  context.zone = absl::FixedTimeZone(7200);
  const ParsedLine line(kDefault, context);
  EXPECT_EQ(line["event.dataset"], "iis.access");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["destination.ip"], "198.51.100.1");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["url.path"], "/a");
  EXPECT_EQ(line["url.query"], "b=c");
  EXPECT_EQ(line["user.domain"], "EXAMPLE");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["user_agent.original"], "Mozilla/5.0 (X; Y)");
  EXPECT_EQ(line["http.request.referrer"], "https://www.example/");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["event.duration"], "123000000");
}

TEST(IisTest, ReadsAllFields) {
  const ParsedLine line(
      "2025-10-10 13:55:36 W3SVC1 WEB1 2001:db8::1 GET /a - 80 - 192.0.2.7 HTTP/1.1 curl/8 - - "
      "www.example 404 4 2 1234 56 78");
  EXPECT_EQ(line["labels.iis.site"], "W3SVC1");
  EXPECT_EQ(line["host.name"], "WEB1");
  EXPECT_EQ(line["http.version"], "1.1");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["http.response.bytes"], "1234");
  EXPECT_EQ(line["source.bytes"], "56");
  EXPECT_EQ(line["event.duration"], "78000000");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["labels.iis.sub_status"], "4");
}

TEST(IisTest, ReadsTheErrorLog) {
  const ParsedLine line(
      "2025-10-10 13:55:36 192.0.2.7 2094 198.51.100.1 80 HTTP/1.1 GET /a 503 - ConnLimit -");
  EXPECT_EQ(line["event.dataset"], "iis.error");
  EXPECT_EQ(line["event.reason"], "ConnLimit");
  EXPECT_EQ(line["source.port"], "2094");
  EXPECT_EQ(line["http.response.status_code"], "503");
}

TEST(IisTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kDefault);
}

}  // namespace
}  // namespace dims

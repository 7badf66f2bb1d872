// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kCombined[] =
    R"(198.51.100.7 - ann [10/Oct/2025:13:55:36 -0700] "GET /a/b?c=d HTTP/1.1" 200 2326 )"
    R"("https://www.example/" "curl/8.0")";

TEST(WebAccessTest, ReadsTheCombinedFormat) {
  const ParsedLine line(kCombined);
  EXPECT_EQ(line["event.dataset"], "web.access");
  EXPECT_EQ(line["event.category"], "web");
  EXPECT_EQ(line["event.type"], "access");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T20:55:36Z");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["http.version"], "1.1");
  EXPECT_EQ(line["url.original"], "/a/b?c=d");
  EXPECT_EQ(line["url.path"], "/a/b");
  EXPECT_EQ(line["url.query"], "c=d");
  EXPECT_EQ(line["http.response.status_code"], "200");
  EXPECT_EQ(line["http.response.bytes"], "2326");
  EXPECT_EQ(line["http.request.referrer"], "https://www.example/");
  EXPECT_EQ(line["user_agent.original"], "curl/8.0");
  EXPECT_EQ(line["message"], kCombined);
}

TEST(WebAccessTest, ReadsTheCommonFormatWhereNothingIsAlsoWritten) {
  const ParsedLine line(R"(host.example - - [10/Oct/2025:13:55:36 +0000] "HEAD / HTTP/1.0" 404 -)");
  EXPECT_EQ(line["source.domain"], "host.example");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_FALSE(line.Stores("user.name"));
  EXPECT_FALSE(line.Stores("http.response.bytes"));
}

TEST(WebAccessTest, TakesTheVirtualHostBeforeTheClient) {
  const ParsedLine line(
      R"(www.example:443 198.51.100.7 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/2.0" 301 0 "-" "-")");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_FALSE(line.Stores("http.request.referrer"));
  EXPECT_FALSE(line.Stores("user_agent.original"));
}

TEST(WebAccessTest, ChoosesThePublicOneOfSeveralForwarders) {
  const ParsedLine line(
      R"(www.example 10.0.0.2, 10.0.0.1, 198.51.100.7 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 1)");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["related.ip"], "198.51.100.7,10.0.0.2,10.0.0.1");
  const ParsedLine quoted(
      R"(www.example "10.5.1.2, 203.0.113.9" 10.2.1.1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 1)");
  EXPECT_EQ(quoted["source.ip"], "203.0.113.9");
}

TEST(WebAccessTest, KeepsARequestThatIsNone) {
  const ParsedLine line(
      R"(198.51.100.7 - - [10/Oct/2025:13:55:36 +0000] "\x16\x03\"a" 400 150 "-" "-" 0.2 - .)");
  EXPECT_EQ(line["labels.web.request"], R"(\x16\x03\"a)");
  EXPECT_EQ(line["http.response.status_code"], "400");
  EXPECT_EQ(line["labels.web.extra"], "0.2 - .");
  EXPECT_FALSE(line.Stores("url.original"));
}

TEST(WebAccessTest, SplitsAnAbsoluteUrlAndAUserWithBlanks) {
  const ParsedLine line(
      R"(198.51.100.7 - ann b [10/Oct/2025:13:55:36 +0000] "GET http://u@www.example:8080/x?y HTTP/1.1" 200 1)");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/x");
  EXPECT_EQ(line["url.query"], "y");
  EXPECT_EQ(line["user.name"], "ann b");
}

TEST(WebAccessTest, ReadsTheIngressControllersPart) {
  const ParsedLine line(
      R"(198.51.100.7 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 59 "-" "curl/8" 89 0.001 [web-80] [] 10.0.0.5:8080 59 0.000 200 abcdef)");
  EXPECT_EQ(line["labels.nginx.upstream_name"], "web-80");
  EXPECT_EQ(line["labels.nginx.upstream_address"], "10.0.0.5:8080");
  EXPECT_EQ(line["labels.nginx.request_id"], "abcdef");
}

TEST(WebAccessTest, ReadsTraefiksPart) {
  const ParsedLine line(
      R"(198.51.100.7 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/2.0" 200 5 - "curl/8" 13 "web" "http://10.0.0.6:8080" 2ms)");
  EXPECT_EQ(line["user_agent.original"], "curl/8");
  EXPECT_EQ(line["destination.ip"], "10.0.0.6");
  EXPECT_EQ(line["destination.port"], "8080");
  EXPECT_EQ(line["labels.traefik.router"], "web");
  EXPECT_EQ(line["event.duration"], "2000000");
}

TEST(WebAccessTest, ReadsApachesTlsRequestLog) {
  const ParsedLine line(
      R"([10/Oct/2025:13:55:36 +0000] 198.51.100.7 TLSv1.2 ECDHE-RSA "GET /x HTTP/1.1" 1375)");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["labels.tls.version"], "TLSv1.2");
  EXPECT_EQ(line["url.path"], "/x");
}

TEST(WebAccessTest, IsNamedAfterTheServerWhereTheFileTells) {
  LineContext context = FileContext();
  context.origin = "/var/log/nginx/access.log";
  EXPECT_EQ(ParsedLine(kCombined, context)["event.dataset"], "nginx.access");
  context.origin = "/var/log/httpd/access_log";
  EXPECT_EQ(ParsedLine(kCombined, context)["event.dataset"], "apache.access");
}

TEST(WebAccessTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kCombined);
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kApache[] =
    "[Fri Oct 10 13:55:36.123456 2025] [auth_basic:error] [pid 17512:tid 1401] [client "
    "198.51.100.7:51390] AH01617: user ann: authentication failure for \"/x\": Password Mismatch";
constexpr char kNginx[] =
    "2025/10/10 13:55:36 [error] 2865#7: *66 user \"ann\": password mismatch, client: "
    "198.51.100.7, server: www.example, request: \"GET /x HTTP/1.1\", host: \"www.example:8443\", "
    "referrer: \"https://www.example/\"";

TEST(ApacheErrorTest, ReadsALoginThatFailed) {
  const ParsedLine line(kApache);
  EXPECT_EQ(line["event.dataset"], "apache.error");
  EXPECT_EQ(line["event.category"], "web,authentication");
  EXPECT_EQ(line["event.action"], "web_login");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.code"], "AH01617");
  EXPECT_EQ(line["log.level"], "error");
  EXPECT_EQ(line["labels.apache.module"], "auth_basic");
  EXPECT_EQ(line["process.pid"], "17512");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["source.port"], "51390");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36.123456Z");
}

TEST(ApacheErrorTest, ReadsTheShapeOfVersion22) {
  const ParsedLine line(
      "[Fri Oct 10 13:55:36 2025] [error] [client 2001:db8::7] client denied by server "
      "configuration: /x");
  EXPECT_EQ(line["source.ip"], "2001:db8::7");
  EXPECT_EQ(line["event.action"], "web_access_denied");
  EXPECT_EQ(line["event.type"], "error,denied");
}

TEST(ApacheErrorTest, ReadsModSecuritysRule) {
  const ParsedLine line(
      "[Fri Oct 10 13:55:36 2025] [:error] [pid 7] [client 198.51.100.7:1] [client 198.51.100.7] "
      "ModSecurity: Warning. Match [file \"/etc/x.conf\"] [line \"36\"] [id \"960015\"] [msg "
      "\"Missing Header\"] [severity \"CRITICAL\"] [hostname \"www.example\"] [uri \"/x\"]");
  EXPECT_EQ(line["rule.id"], "960015");
  EXPECT_EQ(line["rule.name"], "Missing Header");
  EXPECT_EQ(line["url.path"], "/x");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["labels.modsecurity.severity"], "CRITICAL");
}

TEST(ApacheErrorTest, IsKnownByItsTagWhereSyslogHasTheTime) {
  const ParsedLine line(
      "Jan 12 10:00:00 web1 apache2[7]: [authz_core:error] [pid 7] [client [2001:db8::7]:5555] "
      "AH01630: client denied by server configuration: /x");
  EXPECT_EQ(line["event.dataset"], "apache.error");
  EXPECT_EQ(line["source.ip"], "2001:db8::7");
  EXPECT_EQ(line["source.port"], "5555");
  EXPECT_EQ(line["@timestamp"], "2026-01-12T10:00:00Z");
}

TEST(ApacheErrorTest, FindsAClientThatStandsBehindAModulesFile) {
  const ParsedLine line(
      "[Fri Oct 10 13:55:36 2025] [rewrite:trace3] [pid 7:tid 9] mod_rewrite.c(470): [client "
      "198.51.100.7:38350] applying");
  EXPECT_EQ(line["source.port"], "38350");
  EXPECT_EQ(line["log.level"], "trace3");
  EXPECT_EQ(line["event.type"], "info");
}

TEST(NginxErrorTest, ReadsALoginThatFailed) {
  const ParsedLine line(kNginx);
  EXPECT_EQ(line["event.dataset"], "nginx.error");
  EXPECT_EQ(line["event.action"], "web_login");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/x");
  EXPECT_EQ(line["http.request.referrer"], "https://www.example/");
  EXPECT_EQ(line["process.pid"], "2865");
  EXPECT_EQ(line["labels.nginx.connection"], "66");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36Z");
}

TEST(NginxErrorTest, BelievesTheServersClientAndNotTheOneInAUsersName) {
  const ParsedLine line(
      "2025/10/10 13:55:36 [error] 3#0: *3 user \"x\": password mismatch, client: 192.0.2.66, "
      "server: x\": was not found in \"/f\", client: 198.51.100.7, server: , host: \"h\"");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
}

TEST(WebErrorTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kApache);
  ExpectEveryCutIsKept(kNginx);
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/tippingpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/agent/formats/cut_line.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kBlock =
    "<37>Jan 14 10:20:31 ips1 BLK,v6,20260114T112030+0100,\"ips 1\"/192.0.2.9,1017,1,Block,Major,"
    "00000002-0002-0002-0002-000000006890,\"6890: IM: Chat, any\",tcp,\" \",192.0.2.1,5000,"
    "198.51.100.2,80,20260114T112000+0100,1,\" \",1,3:1";

TEST(TippingPointTest, ReadsABlockOfTheDevice) {
  const ParsedLine line(kBlock);

  EXPECT_EQ(line["event.dataset"], "tippingpoint");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
  EXPECT_EQ(line["observer.name"], "ips 1");
  EXPECT_EQ(line["event.kind"], "alert");
  EXPECT_EQ(line["event.action"], "block");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.severity"], "3");
  EXPECT_EQ(line["log.level"], "major");
  EXPECT_EQ(line["rule.id"], "6890");
  EXPECT_EQ(line["rule.name"], "IM: Chat, any");
  EXPECT_EQ(line["rule.category"], "IM");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["source.port"], "5000");
  EXPECT_EQ(line["destination.ip"], "198.51.100.2");
  EXPECT_EQ(line["destination.port"], "80");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(TippingPointTest, ReadsAddressesWithTheirPortsInOneColumn) {
  const ParsedLine line(
      "ALT,v4,20260114T102030+0000,\"ips 1\"/192.0.2.9,1017,Permit,1,Low,"
      "00000002-0002-0002-0002-000000000164,\"0164: ICMP: Echo\",\"0164: ICMP: Echo\",icmp,0,"
      "192.0.2.1:0,198.51.100.2:0,20260114T102000+0000,199,\" \",1,3:1");
  EXPECT_EQ(line["event.action"], "permit");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["rule.id"], "0164");
  EXPECT_EQ(line["network.transport"], "icmp");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["destination.ip"], "198.51.100.2");
}

TEST(TippingPointTest, ReadsTheManagementsRecordWithAnySeparator) {
  const std::string tabs =
      "8\t4\t00000002-0002-0002-0002-000000003761\t00000001-0001-0001-0001-000000003761\t"
      "3761: MS-RPC: Overflow\t3761\ttcp\t192.0.2.1\t51034\t198.51.100.2\t445\t1\t3\t3\tips1\t"
      "50465024\t1768382430123\t";
  for (const char separator : {'\t', '|', ',', ';'}) {
    std::string text = tabs;
    std::replace(text.begin(), text.end(), '\t', separator);
    const ParsedLine line(absl::StrCat("<36>Jan 14 10:20:31 sms1 ", text));
    EXPECT_EQ(line["event.dataset"], "tippingpoint") << separator;
    EXPECT_EQ(line["event.action"], "block") << separator;
    EXPECT_EQ(line["event.severity"], "4") << separator;
    EXPECT_EQ(line["rule.id"], "3761") << separator;
    EXPECT_EQ(line["source.port"], "51034") << separator;
    EXPECT_EQ(line["destination.port"], "445") << separator;
    EXPECT_EQ(line["observer.name"], "ips1") << separator;
    EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.123Z") << separator;
  }
}

TEST(TippingPointTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kBlock);
  EXPECT_EQ(ParsedLine("ALT,v6,\"\"\",\"/,,,,,,,,,,,")["source.ip"], "");
  EXPECT_EQ(ParsedLine("8\t4\tnothing\tof\tthe\tkind")["event.dataset"], "generic.raw");
}

constexpr absl::string_view kBlocked =
    "<159>Jan 14 10:20:30 proxy1 vendor=Websense product=Security product_version=7.7.0 "
    "action=blocked severity=7 category=153 user=LDAP://192.0.2.2_OU=Users,DC=example/Alice_Smith "
    "src_host=192.0.2.1 src_port=62189 dst_host=www.example.net dst_ip=198.51.100.2 dst_port=443 "
    "bytes_out=197 bytes_in=76 http_response=403 http_method=CONNECT http_content_type=- "
    "http_user_agent=Mozilla/5.0_(Windows) http_proxy_status_code=403 reason=- disposition=1025 "
    "policy=Staff role=8 duration=0 url=https://www.example.net/a?b=c d=e";

TEST(WebsenseTest, ReadsWhatAProxyBlocked) {
  const ParsedLine line(kBlocked);

  EXPECT_EQ(line["event.dataset"], "websense");
  EXPECT_EQ(line["event.action"], "blocked");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.category"], "web,network");
  EXPECT_EQ(line["event.code"], "1025");
  EXPECT_EQ(line["user.name"], "Alice_Smith");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["source.bytes"], "197");
  EXPECT_EQ(line["destination.domain"], "www.example.net");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["http.response.status_code"], "403");
  EXPECT_EQ(line["url.domain"], "www.example.net");
  EXPECT_EQ(line["url.path"], "/a");
  EXPECT_EQ(line["rule.name"], "Staff");
  EXPECT_EQ(line["labels.websense.role"], "8");
  EXPECT_EQ(line["observer.name"], "proxy1");
}

TEST(WebsenseTest, ReadsLinesWithoutAHostAndWithoutValues) {
  const ParsedLine line(
      "<159>Jan 14 10:20:30 EST vendor=Forcepoint product=Security action=permitted src_host= "
      "src_port=62189 dst_host=example.com dst_ip= dst_port=443 url=https://example.com");
  EXPECT_EQ(line["event.dataset"], "websense");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["observer.vendor"], "Forcepoint");
  EXPECT_EQ(line["source.port"], "62189");
  EXPECT_EQ(line["source.ip"], "");
}

TEST(WebsenseTest, ReadsItsOtherShapesAsWhatTheyAre) {
  const ParsedLine cef(
      "CEF:0|Forcepoint|Security|8.5.4|222|Transaction permitted|1| act=permitted app=https "
      "dst=198.51.100.2 dhost=www.example.net dpt=443 src=192.0.2.1 suser=LDAP://192.0.2.2 "
      "OU\\=Users,DC\\=example/Alice rt=1768382430000 request=https://www.example.net/");
  EXPECT_EQ(cef["event.dataset"], "cef");
  EXPECT_EQ(cef["user.name"], "Alice");
  EXPECT_EQ(cef["user.domain"], "example");
  EXPECT_EQ(cef["event.outcome"], "success");
  const ParsedLine leef(
      "LEEF:1.0|Forcepoint|Firewall|7.1|Connection_Allowed|src=192.0.2.1\tdst=198.51.100.2\t"
      "proto=6\tdevTime=Jan 14 2026 10:20:30\tsender=fw1 node 1\taction=Allow");
  EXPECT_EQ(leef["observer.name"], "fw1 node 1");
  EXPECT_EQ(leef["@timestamp"], "2026-01-14T10:20:30Z");
}

TEST(WebsenseTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kBlocked);
}

TEST(ForcepointSmcTest, ReadsAuditRecords) {
  const ParsedLine line(
      R"(Timestamp="2026-01-14 10:20:30",NodeId="192.0.2.9",CompId="smc1",InfoMsg="Login, done",ClientIpAddress="192.0.2.7",UserOriginator="admin",TypeDescription="stonegate.admin.login",Result="Success")");
  EXPECT_EQ(line["event.dataset"], "forcepoint.smc");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
  EXPECT_EQ(line["event.category"], "authentication");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["event.reason"], "Login, done");
}

}  // namespace
}  // namespace dims

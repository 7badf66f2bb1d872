// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/sonicwall.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr char kStart[] =
    "<134> id=firewall sn=18B1690729A8 time=\"2026-01-15 11:59:57 UTC\" fw=203.0.113.2 ";

TEST(SonicwallTest, ReadsAConnection) {
  const ParsedLine line(absl::StrCat(
      kStart,
      "pri=6 c=1024 gcat=6 m=537 msg=\"Connection Closed\" srcMac=02:00:5e:00:53:01 "
      "src=192.0.2.9:56502:X0:pc.example natSrc=203.0.113.2:15926 dst=198.51.100.7:80:X1 "
      "natDst=198.51.100.7:80 usr=\"alice\" proto=tcp/http sent=510 rcvd=955 spkt=3 rpkt=2 "
      "cdur=30016 rule=\"15 (LAN->WAN)\" app=5147 appName='General HTTP' n=1 fw_action=\"NA\" "
      "dpi=1"));
  EXPECT_EQ(line["event.dataset"], "sonicwall_firewall.log");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T11:59:57Z");
  EXPECT_EQ(line["event.code"], "537");
  EXPECT_EQ(line["event.action"], "connection-end");
  EXPECT_EQ(line["event.reason"], "Connection Closed");
  EXPECT_EQ(line["event.duration"], "30016000000");
  EXPECT_EQ(line["log.level"], "info");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["source.port"], "56502");
  EXPECT_EQ(line["source.domain"], "pc.example");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.2");
  EXPECT_EQ(line["labels.source.nat.port"], "15926");
  EXPECT_EQ(line["source.bytes"], "510");
  EXPECT_EQ(line["destination.packets"], "2");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "http");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["rule.id"], "15 (LAN->WAN)");
  EXPECT_EQ(line["labels.sonicwall.appName"], "General HTTP");
  EXPECT_EQ(line["labels.observer.egress.interface.name"], "X1");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(SonicwallTest, TellsByNumberOrWordsWhatHappened) {
  const auto facts = [](absl::string_view pairs) {
    const ParsedLine line(absl::StrCat(kStart, pairs));
    return absl::StrCat(line["event.category"], " ", line["event.action"], " ",
                        line["event.outcome"]);
  };
  EXPECT_EQ(facts("m=98 msg=\"Connection Opened\""), "network connection-start success");
  EXPECT_EQ(facts("m=30 msg=\"x\""), "authentication login-failure failure");
  EXPECT_EQ(facts("m=609 msg=\"IPS Prevention Alert\""),
            "intrusion_detection attack-blocked success");
  EXPECT_EQ(facts("m=9999 msg=\"User login denied\""), "authentication login-failure failure");
  EXPECT_EQ(facts("m=9999 msg=\"Something dropped\""), "network packet-dropped failure");
  EXPECT_EQ(facts("m=9999 msg=\"Something\" fw_action=\"forward\""),
            "network packet-forwarded success");
}

TEST(SonicwallTest, ReadsWebHitsAndIpv6) {
  const ParsedLine line(absl::StrCat(
      kStart,
      "m=97 src=:60102:X0 srcV6=2001:db8::1 dst=:80:X1 dstV6=2001:db8::2 proto=tcp/http op=1 "
      "dstname=www.example arg=/a.php?b=c result=404"));
  EXPECT_EQ(line["source.ip"], "2001:db8::1");
  EXPECT_EQ(line["source.port"], "60102");
  EXPECT_EQ(line["destination.ip"], "2001:db8::2");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["http.response.status_code"], "404");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/a.php");
  EXPECT_EQ(line["url.query"], "b=c");
}

TEST(SonicwallTest, PrefersTheDevicesTimeToAHeaderWithoutYear) {
  const ParsedLine line(
      "Jan 15 11:59:58 192.0.2.1 id=firewall sn=1 time=\"2025-06-01 01:02:03\" fw=203.0.113.2 "
      "pri=5 "
      "m=38 msg=\"ICMP packet dropped\" src=192.0.2.9:8:X0 dst=198.51.100.7:0:X1");
  EXPECT_EQ(line["@timestamp"], "2025-06-01T01:02:03Z");
  EXPECT_EQ(line["host.name"], "192.0.2.1");
  EXPECT_EQ(line["observer.name"], "firewall");
}

TEST(SonicwallTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole =
      absl::StrCat(kStart, "pri=6 m=98 msg=\"Connection Opened\" src=192.0.2.9:1:X0 usr='a b'");
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
  }
}

TEST(SonicwallTest, TakesGarbageAndLeavesOtherPairs) {
  const ParsedLine line(absl::StrCat(kStart, "m= src=::: dst=\"a proto=/ pri=99 time= =\" ''"));
  EXPECT_EQ(line["event.dataset"], "sonicwall_firewall.log");
  EXPECT_EQ(line["source.ip"], "");
  for (const char* text : {"id=1 sn=2", "fw=1 sn=2 m=3", "userid=1 sn=2 fw=3 m=4"}) {
    EXPECT_FALSE(IsSonicwall({.text = text, .app = "", .tagged = text, .origin = ""})) << text;
  }
}

}  // namespace
}  // namespace dims

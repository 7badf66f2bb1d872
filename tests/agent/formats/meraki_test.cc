// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/meraki.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr char kHeader[] = "<134>1 1768478398.997155282 MX84 ";

// "action outcome source port destination port transport" of what follows the device; "-" absent.
std::string Facts(absl::string_view text) {
  const ParsedLine line(absl::StrCat(kHeader, text));
  std::string facts;
  for (const char* field : {"event.action", "event.outcome", "source.ip", "source.port",
                            "destination.ip", "destination.port", "network.transport"}) {
    const std::string value = line[field];
    absl::StrAppend(&facts, facts.empty() ? "" : " ", value.empty() ? "-" : value);
  }
  return facts;
}

TEST(MerakiTest, ReadsFlowsWithTheirVerdict) {
  EXPECT_EQ(Facts("flows allow src=192.0.2.9 dst=198.51.100.7 mac=02:00:5E:00:53:01 protocol=tcp "
                  "sport=1 dport=443"),
            "layer3-firewall-allowed-flow success 192.0.2.9 1 198.51.100.7 443 tcp");
  EXPECT_EQ(Facts("firewall src=192.0.2.9 dst=198.51.100.7 protocol=udp sport=1 dport=2 pattern: 1 "
                  "all"),
            "layer3-firewall-denied-flow failure 192.0.2.9 1 198.51.100.7 2 udp");
  EXPECT_EQ(
      Facts("flows src=2001:db8::1 dst=2001:db8::2 protocol=tcp sport=1 dport=2 pattern: allow "
            "all"),
      "layer3-firewall-allowed-flow success 2001:db8::1 1 2001:db8::2 2 tcp");
}

TEST(MerakiTest, KeepsTranslatedAddressesApart) {
  const ParsedLine line(
      absl::StrCat(kHeader,
                   "ip_flow_start src=192.0.2.9 dst=198.51.100.7 protocol=udp sport=45061 dport=53 "
                   "translated_src_ip=203.0.113.2 translated_port=45061"));
  EXPECT_EQ(line["event.dataset"], "cisco_meraki.log");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T11:59:58.997155282Z");
  EXPECT_EQ(line["observer.name"], "MX84");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.2");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(MerakiTest, ReadsUrls) {
  const ParsedLine line(absl::StrCat(
      kHeader,
      "urls src=192.0.2.9:64194 dst=198.51.100.7:80 mac=02:00:5E:00:53:01 agent='Mozilla 5' "
      "request: GET http://www.example/connect.txt?a=b"));
  EXPECT_EQ(line["source.port"], "64194");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/connect.txt");
  EXPECT_EQ(line["user_agent.original"], "Mozilla 5");
  EXPECT_EQ(line["source.mac"], "02:00:5E:00:53:01");
}

TEST(MerakiTest, ReadsAlerts) {
  const ParsedLine ids(absl::StrCat(
      kHeader,
      "security_event ids_alerted signature=1:29708:4 priority=1 timestamp=1637691198.330873 "
      "direction=ingress protocol=tcp/ip src=198.51.100.7:80 dst=192.0.2.9:56391 decision=blocked "
      "message: BROWSER-IE attempt"));
  EXPECT_EQ(ids["event.kind"], "alert");
  EXPECT_EQ(ids["event.action"], "ids-signature-matched");
  EXPECT_EQ(ids["event.outcome"], "failure");
  EXPECT_EQ(ids["rule.id"], "1:29708:4");
  EXPECT_EQ(ids["rule.name"], "BROWSER-IE attempt");
  EXPECT_EQ(ids["destination.port"], "56391");
  const ParsedLine file(
      absl::StrCat(kHeader,
                   "security_event security_filtering_file_scanned url=http://www.example/a.txt "
                   "src=192.0.2.9:53150 dst=198.51.100.7:80 name='EICAR test' sha256=",
                   std::string(64, 'a'), " disposition=malicious action=block"));
  EXPECT_EQ(file["file.hash.sha256"], std::string(64, 'a'));
  EXPECT_EQ(file["event.action"], "malicious-file-actioned");
  EXPECT_EQ(file["labels.meraki.disposition"], "malicious");
}

TEST(MerakiTest, ReadsEventsInWords) {
  const ParsedLine vpn(absl::StrCat(
      kHeader,
      "events anyconnect_vpn_connect user id 'alice@example.org' local ip 192.0.2.9 connected from "
      "198.51.100.7"));
  EXPECT_EQ(vpn["user.name"], "alice");
  EXPECT_EQ(vpn["source.ip"], "198.51.100.7");
  EXPECT_EQ(vpn["event.action"], "client-vpn-connected");
  EXPECT_EQ(Facts("events type=anyconnect_vpn_auth_failure msg= 'RADIUS[373] Server IP=192.0.2.5 "
                  "Server port=1812 Peer IP=198.51.100.7 Peer port=56735: Rejected. '"),
            "logon-failed failure 198.51.100.7 56735 192.0.2.5 1812 -");
  const ParsedLine dhcp(absl::StrCat(kHeader, "events dhcp no offers for mac 02:00:5E:00:53:01"));
  EXPECT_EQ(dhcp["event.action"], "dhcp-no-offer");
  EXPECT_EQ(dhcp["source.mac"], "02:00:5E:00:53:01");
}

TEST(MerakiTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole = absl::StrCat(
      kHeader,
      "urls src=192.0.2.9:64194 dst=198.51.100.7:80 agent='x' request: GET http://a.example/");
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
  }
}

TEST(MerakiTest, LeavesOtherLines) {
  for (const char* text :
       {"1768478398.997155282 MX84 other x=1", "1768478398 MX84 flows src=1",
        "1.5 MX84 flows src=1", "9999999999.5 MX84 flows src=192.0.2.1", "events type=x", ""}) {
    EXPECT_FALSE(IsMeraki({.text = text, .app = "", .tagged = text, .origin = ""})) << text;
  }
}

}  // namespace
}  // namespace dims

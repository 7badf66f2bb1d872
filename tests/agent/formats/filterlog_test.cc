// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/filterlog.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr char kHeader[] = "<134>Jan 15 11:59:58 gate filterlog[12]: ";
constexpr char kTcp[] =
    "146,,,1535324496,igb1.12,match,block,in,4,0x0,,63,32989,0,DF,6,tcp,60,192.0.2.9,198.51.100.7,"
    "49652,853,0,S,1818117648,,64240,,mss;sackOK";

std::string Facts(absl::string_view values) {
  const ParsedLine line(absl::StrCat(kHeader, values));
  return absl::StrCat(line["event.action"], " ", line["event.outcome"], " ",
                      line["network.transport"], " ", line["source.ip"], " ", line["source.port"],
                      " ", line["destination.ip"], " ", line["destination.port"]);
}

TEST(FilterlogTest, ReadsTheRuleAndThePacket) {
  const ParsedLine line(absl::StrCat(kHeader, kTcp));
  EXPECT_EQ(line["event.dataset"], "pfsense.log");
  EXPECT_EQ(line["event.action"], "block");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.reason"], "match");
  EXPECT_EQ(line["rule.id"], "1535324496");
  EXPECT_EQ(line["network.direction"], "inbound");
  EXPECT_EQ(line["network.vlan.id"], "12");
  EXPECT_EQ(line["labels.network.bytes"], "60");
  EXPECT_EQ(line["labels.observer.ingress.interface.name"], "igb1.12");
  EXPECT_EQ(line["labels.pfsense.tcp_flags"], "S");
  EXPECT_EQ(line["process.name"], "filterlog");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(FilterlogTest, ReadsEachProtocolOfBothFamilies) {
  EXPECT_EQ(Facts(kTcp), "block failure tcp 192.0.2.9 49652 198.51.100.7 853");
  EXPECT_EQ(
      Facts("9,,,1,em0,match,pass,out,4,0x0,,64,1,0,none,17,udp,69,192.0.2.9,198.51.100.7,5,53,"
            "49"),
      "pass success udp 192.0.2.9 5 198.51.100.7 53");
  EXPECT_EQ(Facts("9,,,1,em0,match,pass,in,4,0x0,,1,1,0,none,2,igmp,32,192.0.2.9,224.0.0.1,"
                  "datalength=8"),
            "pass success igmp 192.0.2.9  224.0.0.1 ");
  EXPECT_EQ(Facts("9,,,1,em0,match,pass,in,4,0xe0,,255,0,0,DF,112,carp,56,192.0.2.9,224.0.0.18,"
                  "advertise,255,1,2,0,1"),
            "pass success carp 192.0.2.9  224.0.0.18 ");
  EXPECT_EQ(
      Facts("9,,,1,em0,match,block,in,6,0x00,0x00000,64,tcp,6,40,2001:db8::1,2001:db8::2,5,443,"
            "0,S,1,,64,,"),
      "block failure tcp 2001:db8::1 5 2001:db8::2 443");
  EXPECT_EQ(Facts("9,,,1,em0,match,block,in,6,0x00,0x00000,255,ICMPv6,58,32,2001:db8::1,ff02::1,"),
            "block failure ipv6-icmp 2001:db8::1  ff02::1 ");
}

TEST(FilterlogTest, ReadsWhatIcmpSays) {
  const ParsedLine line(absl::StrCat(
      kHeader,
      "4,,,1,em0,match,block,in,4,0x28,,53,1,0,none,1,icmp,56,192.0.2.9,198.51.100.7,unreachport,"
      "203.0.113.1,UDP,5336"));
  EXPECT_EQ(line["network.transport"], "icmp");
  EXPECT_EQ(line["source.port"], "");
  EXPECT_EQ(line["labels.icmp.type"], "unreachport");
  EXPECT_EQ(line["labels.icmp.unreachable"], "203.0.113.1");
  EXPECT_EQ(line["labels.icmp.unreachable_port"], "5336");
}

TEST(FilterlogTest, ReadsTheRulesOfOpnsense) {
  const ParsedLine line(
      "<134>1 2026-01-15T11:59:58+00:00 fw.example filterlog 30459 - [meta sequenceId=\"1\"] "
      "70,,,6524e587872444838f901ac45cbf807c,vtnet1,match,pass,in,4,0x0,,19,36147,0,none,17,udp,"
      "128,"
      "192.0.2.9,198.51.100.7,5,6,108");
  EXPECT_EQ(line["rule.id"], "6524e587872444838f901ac45cbf807c");
  EXPECT_EQ(line["destination.port"], "6");
  EXPECT_EQ(line["observer.name"], "fw.example");
}

TEST(FilterlogTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole = absl::StrCat(kHeader, kTcp);
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
  }
}

TEST(FilterlogTest, LeavesOtherCommas) {
  for (const char* text :
       {"1,2,3", "1,,,1,em0,match,pass,sideways,4,0x0,,64,1,0,none,17,udp",
        "1,,,1,em0,match,dance,in,4,0x0,,64,1,0,none,17,udp", ",,,,,,,,,,,,,,,,,"}) {
    const ParsedLine line(absl::StrCat(kHeader, text));
    EXPECT_EQ(line["event.dataset"], "system.syslog") << text;
  }
}

}  // namespace
}  // namespace dims

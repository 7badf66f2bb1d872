// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/netfilter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr char kPacket[] =
    "IN=eth0 OUT= MAC=02:00:5e:00:53:01:02:00:5e:00:53:02:08:00 SRC=198.51.100.7 DST=192.0.2.9 "
    "LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN "
    "ACK URGP=0 ";

ParsedLine WithPrefix(absl::string_view prefix) {
  return ParsedLine(absl::StrCat("Jan 15 11:59:58 gate kernel: ", prefix, kPacket));
}

TEST(NetfilterTest, ReadsThePacket) {
  const ParsedLine line = WithPrefix("[  199.947035] [UFW BLOCK] ");
  EXPECT_EQ(line["event.dataset"], "iptables.log");
  EXPECT_EQ(line["observer.name"], "gate");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["source.port"], "40000");
  EXPECT_EQ(line["source.mac"], "02:00:5e:00:53:02");
  EXPECT_EQ(line["source.bytes"], "60");
  EXPECT_EQ(line["destination.ip"], "192.0.2.9");
  EXPECT_EQ(line["destination.port"], "22");
  EXPECT_EQ(line["destination.mac"], "02:00:5e:00:53:01");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["labels.netfilter.tcp_flags"], "SYN ACK");
  EXPECT_EQ(line["labels.observer.ingress.interface.name"], "eth0");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(NetfilterTest, TellsTheActionByThePrefix) {
  const auto facts = [](absl::string_view prefix) {
    const ParsedLine line = WithPrefix(prefix);
    return absl::StrCat(line["event.action"], " ", line["event.outcome"], " ", line["rule.name"],
                        " ", line["rule.id"]);
  };
  EXPECT_EQ(facts("[UFW BLOCK] "), "block failure  ");
  EXPECT_EQ(facts("[12.5] [UFW ALLOW] "), "allow success  ");
  EXPECT_EQ(facts("iptables DROP_INPUT: "), "drop_input failure  ");
  EXPECT_EQ(facts("LAN->WAN ACCEPT "), "accept success  ");
  EXPECT_EQ(facts("[WAN_IN-2000-D]"), "drop failure WAN_IN 2000");
  EXPECT_EQ(facts("[WAN_LOCAL-default-A]"), "accept success WAN_LOCAL default");
  EXPECT_EQ(facts("myrule "), "  myrule ");
  EXPECT_EQ(facts(""), "   ");
}

TEST(NetfilterTest, ReadsLinesWithoutAProgram) {
  const ParsedLine line(absl::StrCat("Jan 15 11:59:58 DENY: ", kPacket));
  EXPECT_EQ(line["event.action"], "deny");
  EXPECT_EQ(line["destination.port"], "22");
}

TEST(NetfilterTest, TakesTheOuterPacketOfAnIcmpError) {
  const ParsedLine line(
      "Jan 15 11:59:58 gate kernel: DROP: IN=eth0 OUT= MAC= SRC=198.51.100.7 DST=192.0.2.9 LEN=88 "
      "PROTO=ICMP TYPE=3 CODE=3 [SRC=192.0.2.9 DST=203.0.113.1 PROTO=UDP SPT=5 DPT=6 LEN=40 ]");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["source.port"], "");
  EXPECT_EQ(line["network.transport"], "icmp");
  EXPECT_EQ(line["labels.icmp.type"], "3");
  EXPECT_EQ(line["source.bytes"], "88");
}

TEST(NetfilterTest, ReadsIpv6) {
  const ParsedLine line(
      "Jan 15 11:59:58 gate kernel: [UFW AUDIT] IN= OUT=eth0 SRC=2001:db8::1 DST=2001:db8::2 "
      "LEN=72 "
      "TC=0 HOPLIMIT=255 FLOWLBL=0 PROTO=UDP SPT=546 DPT=547 LEN=32");
  EXPECT_EQ(line["source.ip"], "2001:db8::1");
  EXPECT_EQ(line["destination.port"], "547");
  EXPECT_EQ(line["source.bytes"], "72");
  EXPECT_EQ(line["event.action"], "audit");
}

TEST(NetfilterTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole = absl::StrCat("Jan 15 11:59:58 gate kernel: [UFW BLOCK] ", kPacket);
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
  }
}

TEST(NetfilterTest, LeavesOtherLinesOfTheKernel) {
  for (const char* text :
       {"IN= OUT=", "usb 1-1: new device IN=1 OUT=2", "OUT= IN= SRC= PROTO=", ""}) {
    const ParsedLine line(absl::StrCat("Jan 15 11:59:58 gate kernel: ", text));
    EXPECT_EQ(line["event.dataset"], "system.syslog") << text;
  }
}

}  // namespace
}  // namespace dims

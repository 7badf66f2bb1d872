// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/panos.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/agent/formats/cut_line.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kTraffic =
    "1,2026/01/14 10:20:31,012345678901,TRAFFIC,end,2561,2026/01/14 10:20:30,192.0.2.10,"
    "198.51.100.20,203.0.113.5,198.51.100.20,\"web, out\",example\\alice,,ssl,vsys1,trust,untrust,"
    "ethernet1/2,ethernet1/1,fwd,2026/01/14 10:20:30,4711,1,50123,443,20001,443,0x400053,tcp,allow,"
    "4600,1200,3400,20,2026/01/14 10:20:10,20,any,,99,0x0,LAN,Examplestan,,11,9,tcp-fin,0,0,0,0,,"
    "fw1,from-policy";

TEST(PanosTest, ReadsATrafficRecord) {
  const ParsedLine line(kTraffic);

  EXPECT_EQ(line["event.dataset"], "panw.panos");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.10");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.5");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["source.bytes"], "1200");
  EXPECT_EQ(line["destination.packets"], "9");
  EXPECT_EQ(line["rule.name"], "web, out");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["user.domain"], "example");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.direction"], "outbound");
  EXPECT_EQ(line["event.duration"], "20000000000");
  EXPECT_EQ(line["event.action"], "flow_terminated");
  EXPECT_EQ(line["event.type"], "connection,allowed,end");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["observer.name"], "fw1");
  EXPECT_EQ(line["labels.panw.sessionid"], "4711");
}

TEST(PanosTest, KeepsTheTimeOfTheRecordBehindAHeaderWithoutYear) {
  const ParsedLine line(absl::StrCat("<14>Jan 14 10:20:33 fw1 ", kTraffic));
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
  EXPECT_EQ(line["host.name"], "fw1");
  EXPECT_EQ(line["source.ip"], "192.0.2.10");
  EXPECT_EQ(*line.Original(), absl::StrCat("<14>Jan 14 10:20:33 fw1 ", kTraffic));
}

TEST(PanosTest, SaysThatADroppedSessionFailed) {
  const ParsedLine line(
      "1,2026/01/14 10:20:31,01,TRAFFIC,drop,1,2026/01/14 "
      "10:20:30,192.0.2.10,198.51.100.20,0.0.0.0,"
      "0.0.0.0,r,,,not-applicable,vsys1,untrust,trust,e1,e2,f,x,0,1,5,23,0,0,0x0,tcp,deny,60");
  EXPECT_EQ(line["event.action"], "flow_dropped");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.type"], "connection,denied");
  EXPECT_EQ(line["network.direction"], "inbound");
  EXPECT_EQ(line["source.nat.ip"], "");
}

std::string Threat(absl::string_view subtype, absl::string_view action, absl::string_view misc,
                   absl::string_view id) {
  return absl::StrCat(
      "1,2026/01/14 10:20:31,01,THREAT,", subtype,
      ",1,2026/01/14 10:20:30,192.0.2.10,198.51.100.20,,,r,,,web-browsing,vsys1,a,b,"
      "e1,e2,f,x,7,1,5,80,0,0,0x0,tcp,",
      action, ",\"", misc, "\",", id, ",any,high,client-to-server,12,0x0,X,Y");
}

TEST(PanosTest, ReadsThreatsOfEachKind) {
  const ParsedLine exploit(
      Threat("vulnerability", "reset-both", "login.esp", "Brute \"\"x\"\" Force(40005)"));
  EXPECT_EQ(exploit["event.action"], "exploit_detected");
  EXPECT_EQ(exploit["event.kind"], "alert");
  EXPECT_EQ(exploit["event.code"], "40005");
  EXPECT_EQ(exploit["event.outcome"], "failure");
  EXPECT_EQ(exploit["log.level"], "high");
  EXPECT_EQ(exploit["file.path"], "login.esp");
  const ParsedLine url(Threat("url", "alert", "www.example.net/a,b?c=\"\"d\"\"", "(9999)"));
  EXPECT_EQ(url["event.action"], "url_filtering");
  EXPECT_EQ(url["url.domain"], "www.example.net");
  EXPECT_EQ(url["url.path"], "/a,b");
  EXPECT_EQ(url["url.query"], "c=\"d\"");
  EXPECT_EQ(ParsedLine(Threat("virus", "drop", "x.exe", "V(1)"))["event.category"],
            "network,malware");
  EXPECT_EQ(ParsedLine(Threat("file", "alert", "x.exe", "(52020)"))["event.action"], "file_match");
  EXPECT_EQ(ParsedLine(Threat("data", "alert", "x.exe", "(60000)"))["event.action"], "data_match");
  EXPECT_EQ(ParsedLine(Threat("wildfire", "allow", "x", "(5)"))["event.action"],
            "wildfire_verdict");
}

TEST(PanosTest, ReadsLoginsOutOfSystemRecords) {
  const ParsedLine line(
      "1,2026/01/14 10:20:31,01,SYSTEM,auth,0,2026/01/14 10:20:30,,auth-fail,GP,0,0,general,medium,"
      "\"failed authentication for user 'alice'.  Reason: Invalid username/password. auth profile "
      "'GP', vsys 'v', server address '198.51.100.9', From: 192.0.2.7.\",5,0x0");
  EXPECT_EQ(line["event.category"], "authentication");
  EXPECT_EQ(line["event.action"], "auth-fail");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["destination.ip"], "198.51.100.9");
  EXPECT_EQ(line["event.reason"], "Invalid username/password.");
}

TEST(PanosTest, ReadsTheOtherRecords) {
  const absl::string_view head = ",1,2026/01/14 10:20:30,";
  const auto record = [&](absl::string_view type, absl::string_view rest) {
    return ParsedLine(absl::StrCat("1,2026/01/14 10:20:31,01,", type, head, rest));
  };
  const ParsedLine config =
      record("CONFIG,0", "192.0.2.7,,set,admin,Web,Succeeded, config x,0,0x0");
  EXPECT_EQ(config["event.action"], "cmd-set");
  EXPECT_EQ(config["user.name"], "admin");
  const ParsedLine hip = record("HIPMATCH,0", "alice,vsys1,pc1,Windows,192.0.2.7,match,1,object");
  EXPECT_EQ(hip["source.ip"], "192.0.2.7");
  const ParsedLine user = record("USERID,logout", "vsys1,192.0.2.7,ex\\bob,,0,1,10,0,0,agent,type");
  EXPECT_EQ(user["event.type"], "end");
  EXPECT_EQ(user["user.name"], "bob");
  const ParsedLine vpn = record("GLOBALPROTECT,0",
                                "vsys1,gateway-auth,login,LDAP,,carol,XX,pc1,192.0.2.7,0.0.0.0,10."
                                "0.0.1,0.0.0.0,id,sn,5,Win,10,1,,,,failure");
  EXPECT_EQ(vpn["event.outcome"], "failure");
  EXPECT_EQ(vpn["event.action"], "gateway-auth");
  EXPECT_EQ(vpn["source.ip"], "192.0.2.7");
  const ParsedLine auth = record(
      "AUTHENTICATION,login", "vsys1,192.0.2.7,dave,dave,o,p,1,2,v,l,s,d,c,Authentication Timeout");
  EXPECT_EQ(auth["event.outcome"], "failure");
  const ParsedLine found = record(
      "CORRELATION,0",
      "192.0.2.7,erin,vsys1,compromised-host,medium,0,0,0,0,,fw1,1,Beacon,6001,Host visited");
  EXPECT_EQ(found["event.kind"], "alert");
  EXPECT_EQ(found["event.reason"], "Host visited");
  EXPECT_EQ(record("IPTAG,login", "vsys1,192.0.2.7,tag,7,1")["event.code"], "7");
}

TEST(PanosTest, ReadsAnAuditRecord) {
  const ParsedLine line(
      "Jan 14 10:20:31 fw1 0123,2026/01/14 10:20:30,audit,2561,gui-op,alice,\"<show/>\",success");
  EXPECT_EQ(line["event.dataset"], "panw.panos");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["labels.panw.command"], "<show/>");
}

TEST(PanosTest, PrefersTheTimeInHighResolution) {
  const ParsedLine line(
      "1,2026/01/14 10:20:31,01,SYSTEM,general,0,2026/01/14 10:20:30,,general,,0,0,general,low,"
      "text,5,0x0,0,0,0,0,,fw1,0,0,2026-01-14T10:20:30.250+01:00");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.25Z");
}

TEST(PanosTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kTraffic);
  for (std::size_t length = 0; length < kTraffic.size(); ++length) {
    const ParsedLine line(kTraffic.substr(0, length));
    if (length > 160) {
      EXPECT_EQ(line["source.ip"], "192.0.2.10") << length;
    }
  }
}

TEST(PanosTest, LeavesOtherListsAlone) {
  EXPECT_EQ(ParsedLine("1,2026/01/14 10:20:31,01,WEATHER,x,1,y")["event.dataset"], "generic.raw");
  EXPECT_EQ(ParsedLine("1,2026/01/14 10:20:31,01,TRAFFIC")["source.ip"], "");
  EXPECT_EQ(ParsedLine("1,2026/01/14 10:20:31,01,TRAFFIC,\"\"\",\"\"\",,\",\"")["source.ip"], "");
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/agent/formats/cut_line.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kClose =
    "<14>1 2026-01-14T10:20:30.250Z fw1 RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.26 "
    "reason=\"TCP FIN\" source-address=\"192.0.2.1\" source-port=\"5\" "
    "destination-address=\"198.51.100.2\" destination-port=\"80\" service-name=\"junos-http\" "
    "nat-source-address=\"203.0.113.5\" protocol-id=\"6\" policy-name=\"web \\\"out\\\"\" "
    "source-zone-name=\"trust\" session-id-32=\"4711\" packets-from-client=\"12\" "
    "bytes-from-client=\"900\" packets-from-server=\"10\" bytes-from-server=\"3000\" "
    "elapsed-time=\"5\" application=\"UNKNOWN\" username=\"alice\"]";

TEST(SrxTest, ReadsAFlowOutOfStructuredData) {
  const ParsedLine line(kClose);

  EXPECT_EQ(line["event.dataset"], "juniper.srx");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30.25Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.5");
  EXPECT_EQ(line["destination.bytes"], "3000");
  EXPECT_EQ(line["source.packets"], "12");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "http");
  EXPECT_EQ(line["rule.name"], "web \"out\"");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["event.action"], "flow_close");
  EXPECT_EQ(line["event.code"], "RT_FLOW_SESSION_CLOSE");
  EXPECT_EQ(line["event.type"], "connection,allowed,end");
  EXPECT_EQ(line["event.duration"], "5000000000");
  EXPECT_EQ(line["observer.name"], "fw1");
  EXPECT_EQ(line["log.level"], "informational");
  EXPECT_EQ(line["labels.juniper.session-id-32"], "4711");
  EXPECT_EQ(*line.Original(), kClose);
}

TEST(SrxTest, ReadsFlowsOutOfText) {
  const ParsedLine closed(
      "Jan 14 10:20:30 fw1 RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: "
      "192.0.2.1/5->198.51.100.2/80 0x0 junos-http 203.0.113.5/6->198.51.100.2/80 0x0 source rule "
      "r1 N/A N/A 6 web trust untrust 4711 12(900) 10(3000) 5 UNKNOWN UNKNOWN");
  EXPECT_EQ(closed["source.nat.ip"], "203.0.113.5");
  EXPECT_EQ(closed["rule.name"], "web");
  EXPECT_EQ(closed["event.reason"], "TCP FIN");
  EXPECT_EQ(closed["source.bytes"], "900");
  EXPECT_EQ(closed["destination.packets"], "10");
  EXPECT_TRUE(closed.Stores("network.community_id"));
  const ParsedLine created(
      "RT_FLOW_SESSION_CREATE: session created 192.0.2.1/5->198.51.100.2/80 junos-http "
      "192.0.2.1/5->198.51.100.2/80 None None 17 all trust untrust 12");
  EXPECT_EQ(created["event.action"], "flow_started");
  EXPECT_EQ(created["network.transport"], "udp");
  const ParsedLine denied(
      "<14>Jan 14 10:20:30 fw1 RT_FLOW: RT_FLOW_SESSION_DENY: session denied "
      "2001:db8::1/8->2001:db8::2/0 icmp 1(8) deny-all untrust trust UNKNOWN UNKNOWN N/A(N/A) ge0");
  EXPECT_EQ(denied["event.outcome"], "failure");
  EXPECT_EQ(denied["source.ip"], "2001:db8::1");
  EXPECT_EQ(denied["rule.name"], "deny-all");
}

std::string Structured(absl::string_view tag, absl::string_view pairs) {
  return absl::StrCat("<12>1 2026-01-14T10:20:30Z fw1 RT - ", tag, " [junos@2636.1.1.1.2.86 ",
                      pairs, "]");
}

TEST(SrxTest, ReadsScreensAttacksAndContent) {
  const ParsedLine screen(Structured(
      "RT_SCREEN_TCP", R"(attack-name="SYN flood!" source-address="192.0.2.1" action="drop")"));
  EXPECT_EQ(screen["event.action"], "flood_detected");
  EXPECT_EQ(screen["event.kind"], "alert");
  EXPECT_EQ(screen["event.outcome"], "failure");
  const ParsedLine idp(Structured(
      "IDP_ATTACK_LOG_EVENT",
      R"(protocol-name="TCP" rule-name="3" rulebase-name="IPS" action="DROP" attack-name="X")"));
  EXPECT_EQ(idp["event.action"], "security_threat");
  EXPECT_EQ(idp["rule.id"], "3");
  EXPECT_EQ(idp["network.transport"], "tcp");
  const ParsedLine web(
      Structured("WEBFILTER_URL_BLOCKED_LS",
                 R"(url="www.example.net" obj="/a?b" username="bob" reason="BL")"));
  EXPECT_EQ(web["event.action"], "web_filter");
  EXPECT_EQ(web["url.domain"], "www.example.net");
  EXPECT_EQ(web["url.path"], "/a");
  EXPECT_EQ(web["url.query"], "b");
  EXPECT_EQ(web["log.level"], "warning");
  EXPECT_EQ(ParsedLine(Structured("WEBFILTER_URL_PERMITTED", "url=\"a\""))["event.outcome"],
            "success");
  EXPECT_EQ(ParsedLine(Structured("AV_VIRUS_DETECTED_MT", "filename=\"h/x\""))["url.original"],
            "h/x");
}

TEST(SrxTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kClose);
  EXPECT_EQ(ParsedLine("RT_FLOW_SESSION_CREATE: session created x->y")["source.ip"], "");
  EXPECT_EQ(ParsedLine("RT_FLOW_SESSION_CLOSE [junos@ a=\"\\\\\\")["source.ip"], "");
}

TEST(JunosFilterTest, ReadsWhatAFilterCounted) {
  const ParsedLine line(
      "<158>Jan 14 10:20:30 fw1 PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0 D tcp 192.0.2.1 198.51.100.2 1025 "
      "80 (3 packets)");
  EXPECT_EQ(line["event.dataset"], "juniper.junos");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["destination.port"], "80");
  EXPECT_EQ(line["source.packets"], "3");
  EXPECT_EQ(ParsedLine("kernel: FW: nothing here")["event.dataset"], "generic.raw");
}

constexpr absl::string_view kTraffic =
    "<133>Jan 14 10:20:31 192.0.2.254 ns5: NetScreen device_id=fw1  [Root]system-notification-00257"
    "(traffic): start_time=\"2026-01-14 10:20:30\" duration=3 policy_id=5 service=Windows Terminal "
    "Services proto=6 src zone=Trust dst zone=Untrust action=Permit sent=100 rcvd=200 "
    "src=192.0.2.1 dst=198.51.100.2 src_port=1234 dst_port=3389 src-xlated ip=203.0.113.5 "
    "port=2345 "
    "dst-xlated ip=198.51.100.2 port=3389 session_id=7 reason=Close - TCP FIN<000>";

TEST(NetscreenTest, ReadsATrafficRecordWithBlanksInKeysAndValues) {
  const ParsedLine line(kTraffic);

  EXPECT_EQ(line["event.dataset"], "juniper.netscreen");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T10:20:30Z");
  EXPECT_EQ(line["observer.name"], "fw1");
  EXPECT_EQ(line["event.code"], "00257");
  EXPECT_EQ(line["rule.id"], "5");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.5");
  EXPECT_EQ(line["destination.nat.ip"], "198.51.100.2");
  EXPECT_EQ(line["destination.port"], "3389");
  EXPECT_EQ(line["source.bytes"], "100");
  EXPECT_EQ(line["network.protocol"], "windows terminal services");
  EXPECT_EQ(line["event.reason"], "Close - TCP FIN");
  EXPECT_EQ(line["event.action"], "permit");
  EXPECT_EQ(line["labels.netscreen.src_zone"], "Trust");
  EXPECT_EQ(line["labels.netscreen.src-xlated_port"], "2345");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(NetscreenTest, ReadsWhatWasDeniedAndPings) {
  const ParsedLine line(
      "NetScreen device_id=fw1  [Root]system-notification-00257(traffic): start_time=\"2026-01-14 "
      "10:20:30\" duration=0 policy_id=1 service=icmp proto=1 src zone=Untrust dst zone=Trust "
      "action=Deny sent=0 rcvd=0 src=192.0.2.1 dst=198.51.100.2 icmp type=8 session_id=0");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["labels.netscreen.icmp_type"], "8");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(NetscreenTest, ReadsSentences) {
  const auto message = [](absl::string_view text) {
    return ParsedLine(absl::StrCat("NetScreen device_id=fw1  [Root]system-", text));
  };
  const ParsedLine flood = message(
      "emergency-00005: SYN flood! From 192.0.2.1:41437 to 198.51.100.2:9612, proto TCP (zone "
      "Untrust int  ethernet0/0). Occurred 1 times. (2026-01-14 10:20:30)");
  EXPECT_EQ(flood["event.kind"], "alert");
  EXPECT_EQ(flood["source.port"], "41437");
  EXPECT_EQ(flood["destination.ip"], "198.51.100.2");
  EXPECT_EQ(flood["network.transport"], "tcp");
  EXPECT_EQ(flood["rule.name"], "SYN flood");
  EXPECT_EQ(flood["@timestamp"], "2026-01-14T10:20:30Z");
  const ParsedLine login = message(
      "warning-00515: Admin user admin1 has logged on via SSH from 192.0.2.7:0 (2026-01-14 "
      "10:20:30)");
  EXPECT_EQ(login["event.category"], "authentication");
  EXPECT_EQ(login["user.name"], "admin1");
  EXPECT_EQ(login["source.ip"], "192.0.2.7");
  const ParsedLine saved = message(
      "information-00767: System configuration saved by admin1 via web from host 192.0.2.7 to "
      "192.0.2.254:443 by admin1. (2026-01-14 10:20:30)");
  EXPECT_EQ(saved["event.category"], "configuration");
  EXPECT_EQ(saved["user.name"], "admin1");
  EXPECT_EQ(saved["destination.port"], "443");
}

TEST(NetscreenTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kTraffic);
  EXPECT_EQ(ParsedLine("NetScreen device_id=x [")["event.dataset"], "generic.raw");
}

}  // namespace
}  // namespace dims

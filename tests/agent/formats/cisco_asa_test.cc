// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_asa.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/formats/cisco_asa_message.h"
#include "agent/formats/cisco_asa_text.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/line_facts.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// FactsOf a message behind a header of the device.
std::string Facts(absl::string_view message) {
  return FactsOf(absl::StrCat("<166>Jan 15 2026 11:59:58 fw1.example : %", message));
}

TEST(CiscoAsaTest, ReadsAConnectionFromWhoOpenedIt) {
  const ParsedLine line(
      "<134>Jan 15 2026 11:59:58: %FWSM-6-302015: Built outbound UDP connection 145 for "
      "outside:198.51.100.7/53 (198.51.100.7/53) to inside:192.0.2.9/41000 (203.0.113.2/5000)");
  EXPECT_EQ(line["event.dataset"], "cisco.fwsm");
  EXPECT_EQ(line["event.code"], "302015");
  EXPECT_EQ(line["log.level"], "informational");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T11:59:58Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["source.nat.ip"], "203.0.113.2");
  EXPECT_EQ(line["labels.source.nat.port"], "5000");
  EXPECT_EQ(line["destination.ip"], "198.51.100.7");
  EXPECT_EQ(line["destination.nat.ip"], "");
  EXPECT_EQ(line["network.direction"], "outbound");
  EXPECT_EQ(line["labels.observer.ingress.interface.name"], "inside");
  EXPECT_EQ(line["labels.cisco.connection_id"], "145");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(CiscoAsaTest, ReadsTheFeedsOfFwsm) {
  EXPECT_EQ(Facts("FWSM-6-302016: Teardown UDP connection 145 for outside:198.51.100.7/53 to "
                  "inside:192.0.2.9/41000 duration 0:00:30 bytes 145"),
            "flow-expiration success 198.51.100.7 53 192.0.2.9 41000 udp -");
  EXPECT_EQ(Facts("FWSM-4-106023: Deny udp src outside:198.51.100.7/53 dst inside:192.0.2.9/41000 "
                  "by access-group \"outside_in\" [0x0, 0x0]"),
            "firewall-rule failure 198.51.100.7 53 192.0.2.9 41000 udp -");
  EXPECT_EQ(Facts("FWSM-6-106100: access-list outside_in permitted tcp outside/198.51.100.7(4100) "
                  "-> inside/192.0.2.9(443) hit-cnt 1 (first hit) [0x0, 0x0]"),
            "firewall-rule success 198.51.100.7 4100 192.0.2.9 443 tcp -");
  EXPECT_EQ(Facts("FWSM-3-106010: Deny inbound tcp src outside:198.51.100.7/1 dst "
                  "inside:192.0.2.9/2"),
            "firewall-rule failure 198.51.100.7 1 192.0.2.9 2 tcp -");
}

TEST(CiscoAsaTest, ReadsDenials) {
  EXPECT_EQ(Facts("ASA-2-106001: Inbound TCP connection denied from 198.51.100.7/1 to 192.0.2.9/2 "
                  "flags SYN  on interface outside"),
            "firewall-rule failure 198.51.100.7 1 192.0.2.9 2 tcp -");
  EXPECT_EQ(Facts("ASA-3-106014: Deny inbound icmp src outside:198.51.100.7 dst inside:192.0.2.9 "
                  "(type 8, code 0)"),
            "firewall-rule failure 198.51.100.7 - 192.0.2.9 - icmp -");
  EXPECT_EQ(Facts("ASA-4-106023: Deny protocol 47 src outside:2001:db8::1 dst inside:2001:db8::2 "
                  "by access-group \"in\""),
            "firewall-rule failure 2001:db8::1 - 2001:db8::2 - gre -");
  EXPECT_EQ(Facts("ASA-4-106103: access-list in denied tcp for user alice inside/192.0.2.9(1) -> "
                  "outside/198.51.100.7(2) hit-cnt 1 first hit [0x0, 0x0]"),
            "firewall-rule failure 192.0.2.9 1 198.51.100.7 2 tcp alice");
  EXPECT_EQ(Facts("ASA-7-710005: UDP request discarded from 192.0.2.9/68 to inside:192.0.2.1/67"),
            "firewall-rule failure 192.0.2.9 68 192.0.2.1 67 udp -");
  EXPECT_EQ(Facts("ASA-4-401004: Shunned packet: 198.51.100.7 ==> 192.0.2.9 on interface outside"),
            "firewall-rule failure 198.51.100.7 - 192.0.2.9 - - -");
}

TEST(CiscoAsaTest, ReadsIcmpByItsTypeAndWhoSentIt) {
  const ParsedLine line(
      "Jan 15 2026 11:59:58 fw1.example: %ASA-6-302020: Built inbound ICMP connection for faddr "
      "198.51.100.7/17 gaddr 203.0.113.2/0 laddr 192.0.2.9/0 type 8 code 0");
  EXPECT_EQ(line["host.name"], "fw1.example");
  EXPECT_EQ(line["observer.name"], "fw1.example");
  EXPECT_EQ(line["source.ip"], "198.51.100.7");
  EXPECT_EQ(line["source.port"], "");
  EXPECT_EQ(line["destination.ip"], "192.0.2.9");
  EXPECT_EQ(line["destination.nat.ip"], "203.0.113.2");
  EXPECT_EQ(line["labels.icmp.type"], "8");
  EXPECT_EQ(Facts("ASA-6-302021: Teardown ICMP connection for faddr 198.51.100.7/17 gaddr "
                  "203.0.113.2/0 laddr 192.0.2.9/0"),
            "flow-expiration success 192.0.2.9 - 198.51.100.7 - icmp -");
}

TEST(CiscoAsaTest, ReadsUsersWhereverTheyStand) {
  const ParsedLine line(
      "<166>Jan 15 2026 11:59:58 fw1 : %ASA-6-302013: Built inbound TCP connection 1 for "
      "outside:198.51.100.7/1 (198.51.100.7/1)(LOCAL\\alice, 9:staff) to inside:192.0.2.9/443 "
      "(192.0.2.9/443) (alice)");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["user.domain"], "LOCAL");
  EXPECT_EQ(line["labels.cisco.source_group_tag"], "9:staff");
  EXPECT_EQ(Facts("ASA-6-302014: Teardown TCP connection 1 for outside:198.51.100.7/1 to "
                  "inside:192.0.2.9/443 duration 1:00:01 bytes 5 TCP FINs from outside (bob)"),
            "flow-expiration success 198.51.100.7 1 192.0.2.9 443 tcp -");
  EXPECT_EQ(Facts("ASA-6-605005: Login permitted from 192.0.2.9/50000 to inside:192.0.2.1/ssh for "
                  "user \"admin\""),
            "logged-in success 192.0.2.9 50000 192.0.2.1 - - admin");
  EXPECT_EQ(Facts("ASA-6-113005: AAA user authentication Rejected : reason = Invalid password : "
                  "server = 192.0.2.5 : user = mallory : user IP = 198.51.100.7"),
            "logon-failed failure 198.51.100.7 - 192.0.2.5 - - mallory");
  EXPECT_EQ(Facts("ASA-5-111008: User 'admin' executed the 'write memory' command."),
            "configuration success - - - - - admin");
  EXPECT_EQ(Facts("ASA-5-111010: User 'admin', running 'CLI' from IP 192.0.2.9, executed 'clear'"),
            "configuration success 192.0.2.9 - - - - admin");
}

TEST(CiscoAsaTest, ReadsVpnSessions) {
  EXPECT_EQ(Facts("ASA-6-113039: Group <staff> User <alice> IP <198.51.100.7> AnyConnect parent "
                  "session started."),
            "client-vpn-connected success 198.51.100.7 - - - - alice");
  EXPECT_EQ(Facts("ASA-6-716002: Group staff User alice IP 198.51.100.7 WebVPN session terminated: "
                  "Idle timeout."),
            "client-vpn-disconnected success 198.51.100.7 - - - - alice");
  const ParsedLine line(
      "<164>Jan 15 2026 11:59:58: %ASA-4-113019: Group = staff, Username = alice, IP = "
      "198.51.100.7, Session disconnected. Session Type: SSL, Duration: 1h:00m:01s, Bytes xmt: 10, "
      "Bytes rcv: 20, Reason: User Requested");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["group.name"], "staff");
  EXPECT_EQ(line["destination.ip"], "198.51.100.7");
  EXPECT_EQ(line["event.duration"], "3601000000000");
  EXPECT_EQ(line["source.bytes"], "10");
  EXPECT_EQ(line["event.reason"], "User Requested");
  EXPECT_EQ(Facts("ASA-4-750003: Local:192.0.2.1:500 Remote:198.51.100.7:500 Username:alice IKEv2 "
                  "Negotiation aborted due to ERROR: none"),
            "connection-error failure 192.0.2.1 500 198.51.100.7 500 - alice");
}

TEST(CiscoAsaTest, ReadsThreats) {
  const ParsedLine ids(
      "<164>Jan 15 2026 11:59:58: %ASA-4-400013: IDS:2003 ICMP redirect from 198.51.100.7 to "
      "192.0.2.9 on interface dmz");
  EXPECT_EQ(ids["event.kind"], "alert");
  EXPECT_EQ(ids["rule.id"], "2003");
  EXPECT_EQ(ids["rule.name"], "ICMP redirect");
  EXPECT_EQ(ids["source.ip"], "198.51.100.7");
  const ParsedLine botnet(
      "<164>Jan 15 2026 11:59:58: %ASA-4-338008: Dynamic Filter dropped blacklisted TCP traffic "
      "from inside:192.0.2.9/1 (203.0.113.2/1) to outside:198.51.100.7/80 (198.51.100.7/80), "
      "destination 198.51.100.7 resolved from dynamic list: bad.example, threat-level: high, "
      "category: Malware");
  EXPECT_EQ(botnet["event.outcome"], "failure");
  EXPECT_EQ(botnet["source.nat.ip"], "203.0.113.2");
  EXPECT_EQ(botnet["destination.domain"], "bad.example");
  EXPECT_EQ(botnet["labels.cisco.threat_level"], "high");
}

TEST(CiscoAsaTest, ReadsSecurityEventsOfThreatDefense) {
  const ParsedLine line(
      "<113>2026-01-15T11:59:58Z fw1  %FTD-1-430003: EventPriority: Low, AccessControlRuleAction: "
      "Block with reset, SrcIP: 192.0.2.9, DstIP: 198.51.100.7, SrcPort: 1, DstPort: 80, Protocol: "
      "tcp, User: alice, UserAgent: Mozilla/5.0 (KHTML, like Gecko), ConnectionDuration: 2, "
      "InitiatorBytes: 5, Prefilter Policy: P, URL: http://bad.example/a?b=c");
  EXPECT_EQ(line["event.dataset"], "cisco.ftd");
  EXPECT_EQ(line["host.name"], "fw1");
  EXPECT_EQ(line["event.action"], "connection-finished");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["destination.port"], "80");
  EXPECT_EQ(line["user_agent.original"], "Mozilla/5.0 (KHTML, like Gecko)");
  EXPECT_EQ(line["event.duration"], "2000000000");
  EXPECT_EQ(line["url.domain"], "bad.example");
  EXPECT_EQ(line["labels.cisco.ftd.Prefilter Policy"], "");
  EXPECT_EQ(line["labels.cisco.ftd.Prefilter_Policy"], "P");
  EXPECT_EQ(line["labels.cisco.ftd.AccessControlRuleAction"], "Block with reset");
}

TEST(CiscoAsaTest, ReadsWhoDidWhatInTheManagementCenter) {
  const ParsedLine line(
      "<14>Jan 15 2026 11:59:58 index.cgi: fmc.example: admin@192.0.2.9, System > Monitoring, Page "
      "View x0a x00");
  EXPECT_EQ(line["host.name"], "fmc.example");
  EXPECT_EQ(line["user.name"], "admin");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["event.reason"], "Page View");
}

TEST(CiscoAsaTest, KeepsAnUnknownNumberWithItsTextAndSureAddresses) {
  const ParsedLine line(
      "<166>Jan 15 2026 11:59:58: %ASA-5-999999: Something new from inside:192.0.2.9/1 to "
      "outside:198.51.100.7/2 happened");
  EXPECT_EQ(line["event.dataset"], "cisco.asa");
  EXPECT_EQ(line["event.code"], "999999");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
  EXPECT_EQ(line["destination.port"], "2");
  EXPECT_EQ(line["message"],
            "Something new from inside:192.0.2.9/1 to outside:198.51.100.7/2 happened");
  const ParsedLine unsure("<166>Jan 15 2026 11:59:58: %ASA-5-999999: from here to there");
  EXPECT_EQ(unsure["source.domain"], "");
}

TEST(CiscoAsaTest, KnowsTheZonesThatDevicesWrite) {
  const ParsedLine line("Jan 15 2026 11:59:58 PST: %ASA-5-111004: console end configuration: OK");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T19:59:58Z");
  EXPECT_EQ(line["event.code"], "111004");
}

TEST(CiscoAsaTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole =
      "<166>Jan 15 2026 11:59:58 fw1 : %ASA-6-302013: Built inbound TCP connection 1 for "
      "outside:198.51.100.7/1 (198.51.100.7/1)(LOCAL\\alice, 9:staff) to inside:192.0.2.9/443 "
      "(192.0.2.9/443) (alice)";
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
    if (length > 60) {
      EXPECT_EQ(line["event.code"], "302013") << length;
    }
  }
}

TEST(CiscoAsaTest, TakesGarbageBehindItsTag) {
  for (const char* text :
       {"", "((((((", "for :/ ( to", "Built  connection  for  ( ) to  ( )", "{S}",
        "Deny tcp src :/(( dst ))// by access-group \"", "Group <", "Group = , "}) {
    for (const char* number : {"302013", "106023", "106100", "113019", "430003", "713904"}) {
      const ParsedLine line(absl::StrCat("<166>Jan 15 11:59:58 fw1: %ASA-6-", number, ": ", text));
      EXPECT_EQ(line["event.code"], number) << text;
      EXPECT_EQ(line["source.ip"], "") << text;
    }
  }
}

TEST(CiscoAsaTest, LeavesOtherTagsToOthers) {
  const auto is = [](absl::string_view text) {
    return IsCiscoAsa({.text = text, .app = "", .tagged = text, .origin = ""});
  };
  EXPECT_TRUE(is("%ASA-session-5-106100: access-list"));
  EXPECT_FALSE(is("%SYS-5-CONFIG_I: Configured from console"));
  EXPECT_FALSE(is("%ASA-6-3020133: too long"));
  EXPECT_FALSE(is("100%ASA-6-302013: x"));
  EXPECT_FALSE(is("%ASA-"));
  EXPECT_FALSE(is("%"));
}

TEST(CiscoAsaMessageTest, EveryPatternIsWellFormedAndInOrder) {
  const std::set<char> known = {'S', 'D', 'A', 'B', 's', 'd', 'q', 'Q', 't', 'g', 'c', 'T', 'b',
                                'x', 'y', 'r', 'a', 'i', 'k', 'u', 'v', 'G', 'X', 'Y', 'm', 'e',
                                'p', 'j', 'l', 'h', 'P', 'w', 'V', 'n', 'o', 'f', 'I', 'M', 'N',
                                'O', 'L', 'K', 'H', '_', 'W', 'z', 'Z', 'E', 'F'};
  std::int32_t last = 0;
  for (const AsaMessage& message : AllAsaMessages()) {
    EXPECT_GE(message.number, last);
    last = message.number;
    std::size_t captures = 0;
    for (std::size_t at = 0; at < message.pattern.size(); ++at) {
      if (message.pattern[at] != '{') continue;
      ++captures;
      ASSERT_LT(at + 2, message.pattern.size()) << message.number;
      EXPECT_TRUE(known.contains(message.pattern[at + 1])) << message.number;
      EXPECT_EQ(message.pattern[at + 2], '}') << message.number;
    }
    EXPECT_LE(captures, kAsaCapturesMax) << message.number;
  }
}

TEST(CiscoAsaTextTest, ReadsDurations) {
  EXPECT_EQ(AsaDurationNanos("0:02:04"), 124'000'000'000);
  EXPECT_EQ(AsaDurationNanos("0h:32m:16s"), 1'936'000'000'000);
  EXPECT_EQ(AsaDurationNanos("2d 1h:00m:00s"), 176'400'000'000'000);
  EXPECT_EQ(AsaDurationNanos("soon"), -1);
  EXPECT_EQ(AsaDurationNanos("999999999d999999999h"), -1);
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_ios.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/line_facts.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// FactsOf a message behind a header of the device.
std::string Facts(absl::string_view message) {
  return FactsOf(absl::StrCat("<189>44: sw1: Jan 15 2026 11:59:58.123: %", message));
}

TEST(CiscoIosTest, ReadsAccessLists) {
  EXPECT_EQ(Facts("SEC-6-IPACCESSLOGP: list 177 denied udp 192.0.2.9(55250) -> 198.51.100.7(53), 1 "
                  "packet"),
            "deny failure 192.0.2.9 55250 198.51.100.7 53 udp -");
  EXPECT_EQ(
      Facts("FMANFP-6-IPACCESSLOGP: R0/0: fman_fp_image: list in permitted tcp 192.0.2.9(1) -> "
            "198.51.100.7(2), 2 packets"),
      "allow success 192.0.2.9 1 198.51.100.7 2 tcp -");
  EXPECT_EQ(Facts("IPV6-6-ACCESSLOGP: list ACL/10 permitted tcp 2001:db8::1(1027) -> "
                  "2001:db8::2(22), 9 packets"),
            "allow success 2001:db8::1 1027 2001:db8::2 22 tcp -");
  const ParsedLine port(
      "<190>44: sw1: Jan 15 11:59:58: %SEC-6-IPACCESSLOGP: list 1 denied tcp 192.0.2.9(1) "
      "(GigabitEthernet0/1.6 0200.5e00.5301) -> 198.51.100.7(2), 1 packet");
  EXPECT_EQ(port["labels.observer.ingress.interface.name"], "GigabitEthernet0/1.6");
  EXPECT_EQ(port["user.name"], "");
  const ParsedLine icmp(
      "<190>44: sw1: Jan 15 11:59:58: %SEC-6-IPACCESSLOGDP: list 1 denied icmp 192.0.2.9 -> "
      "198.51.100.7 (3/4), 32 packets");
  EXPECT_EQ(icmp["labels.icmp.type"], "3");
  EXPECT_EQ(icmp["labels.icmp.code"], "4");
  EXPECT_EQ(icmp["source.packets"], "32");
  EXPECT_EQ(icmp["user.name"], "");
}

TEST(CiscoIosTest, ReadsWhoLoggedInAndWhatTheyDid) {
  EXPECT_EQ(Facts("SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: alice] [Source: 192.0.2.9] "
                  "[localport: 22] at 11:59:58 UTC Thu Jan 15 2026"),
            "logged-in success 192.0.2.9 - - 22 - alice");
  EXPECT_EQ(Facts("SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: ] [Source: 192.0.2.9] [localport: "
                  "22] [Reason: Login Authentication Failed] at x"),
            "logon-failed failure 192.0.2.9 - - 22 - -");
  EXPECT_EQ(Facts("SYS-5-CONFIG_I: Configured from console by alice on vty0 (192.0.2.9)"),
            "configuration success 192.0.2.9 - - - - alice");
  EXPECT_EQ(Facts("SYS-6-LOGOUT: User alice has exited tty session 5(192.0.2.9)"),
            "logged-out success 192.0.2.9 - - - - alice");
  EXPECT_EQ(
      Facts("SSH-5-SSH2_USERAUTH: User 'alice' authentication for SSH2 Session from 192.0.2.9 "
            "(tty = 0) using crypto cipher 'aes128-ctr', hmac 'hmac-sha2-256' Succeeded"),
      "logged-in success 192.0.2.9 - - - - alice");
  EXPECT_EQ(
      Facts("SSH-5-SSH2_USERAUTH: User 'alice' authentication for SSH2 Session from 192.0.2.9 "
            "(tty = 0) using crypto cipher 'aes128-ctr', hmac 'hmac-sha2-256' Failed"),
      "logon-failed failure 192.0.2.9 - - - - alice");
  const ParsedLine command(
      "<189>44: sw1: Jan 15 2026 11:59:58: %PARSER-5-CFGLOG_LOGGEDCMD: User:alice  logged "
      "command:no logging");
  EXPECT_EQ(command["user.name"], "alice");
  EXPECT_EQ(command["process.command_line"], "no logging");
}

TEST(CiscoIosTest, ReadsStatesAndViolations) {
  EXPECT_EQ(Facts("LINK-3-UPDOWN: Interface GigabitEthernet2/0/4, changed state to down"),
            "down - - - - - - -");
  const ParsedLine down(
      "<189>44: sw1: Jan 15 2026 11:59:58: %ETHPORT-5-IF_DOWN_ADMIN_DOWN: Interface Ethernet1/42 "
      "is "
      "down (Administratively down)");
  EXPECT_EQ(down["event.action"], "down");
  EXPECT_EQ(down["event.reason"], "Administratively down");
  EXPECT_EQ(down["labels.observer.ingress.interface.name"], "Ethernet1/42");
  const ParsedLine port(
      "<189>44: sw1: Jan 15 2026 11:59:58: %PORT_SECURITY-2-PSECURE_VIOLATION: Security violation "
      "occurred, caused by MAC address 0200.5e00.5301 on port GigabitEthernet1/10.");
  EXPECT_EQ(port["source.mac"], "0200.5e00.5301");
  EXPECT_EQ(port["log.level"], "critical");
}

TEST(CiscoIosTest, ReadsMessagesOfProgramsOnNxos) {
  EXPECT_EQ(Facts("AUTHPRIV-3-SYSTEM_MSG: pam_aaa:Authentication failed for user alice from "
                  "192.0.2.9 - sshd[10021]"),
            "logon-failed failure 192.0.2.9 - - - - alice");
  const ParsedLine line(
      "<187>Jan 15 11:59:58 192.0.2.1 : 2026 Jan 15 11:59:57.206 UTC: %DAEMON-3-SYSTEM_MSG: error: "
      "PAM: Authentication failure for alice from 192.0.2.9 - sshd[10020]");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T11:59:57.206Z");
  EXPECT_EQ(line["host.name"], "192.0.2.1");
  EXPECT_EQ(line["process.name"], "sshd");
  EXPECT_EQ(line["process.pid"], "10020");
  EXPECT_EQ(line["source.ip"], "192.0.2.9");
}

TEST(CiscoIosTest, TakesTheTimeAndNameOfTheDevice) {
  const auto facts = [](absl::string_view before) {
    const ParsedLine line(absl::StrCat(before, "%SYS-5-RESTART: System restarted"));
    EXPECT_EQ(line["event.code"], "RESTART") << before;
    EXPECT_EQ(line["process.name"], "") << before;
    return absl::StrCat(line["host.name"], " ", line["@timestamp"]);
  };
  EXPECT_EQ(facts("<189>44: *Jan 15 11:59:57.123: "), " 2026-01-15T11:59:57.123Z");
  EXPECT_EQ(facts("<189>44: sw1: Jan 15 2026 11:59:57 PST: "), "sw1 2026-01-15T19:59:57Z");
  EXPECT_EQ(facts("Jan 15 11:59:58 192.0.2.1 44: Jan 15 11:59:57.123: "),
            "192.0.2.1 2026-01-15T11:59:57.123Z");
  EXPECT_EQ(facts("<189>: 2026 Jan 15 11:59:57 UTC: "), " 2026-01-15T11:59:57Z");
  EXPECT_EQ(facts("<189>sw1: 2026 Jan 15 11:59:57 UTC: "), "sw1 2026-01-15T11:59:57Z");
  EXPECT_EQ(facts("2026 Jan 15 11:59:57 sw1 "), "sw1 2026-01-15T11:59:57Z");
  EXPECT_EQ(facts("sw1: Jan 15 11:59:57.5 CET: "), "sw1 2026-01-15T10:59:57.5Z");
  EXPECT_EQ(facts("00:00:46: "), " 2026-01-15T12:00:00Z");
}

TEST(CiscoIosTest, GivesBackEveryLineCutAnywhere) {
  const std::string whole =
      "<189>44: sw1: Jan 15 2026 11:59:58.123: %SEC-6-IPACCESSLOGP: list 177 denied udp "
      "192.0.2.9(55250) -> 198.51.100.7(53), 1 packet";
  for (std::size_t length = 1; length <= whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_EQ(line.Original().value_or(""), whole.substr(0, length));
  }
}

TEST(CiscoIosTest, KeepsWhatItDoesNotKnow) {
  const ParsedLine line("<189>44: sw1: Jan 15 2026 11:59:58: %FOO-SW2-6-BAR: Something (( else");
  EXPECT_EQ(line["event.dataset"], "cisco.ios");
  EXPECT_EQ(line["event.code"], "BAR");
  EXPECT_EQ(line["labels.cisco.facility"], "FOO");
  EXPECT_EQ(line["labels.cisco.unit"], "SW2");
  EXPECT_EQ(line["message"], "Something (( else");
  const ParsedLine percent("<189>Jan 15 11:59:58 gate app: at 5 %-3-done: x");
  EXPECT_EQ(percent["event.dataset"], "system.syslog");
}

}  // namespace
}  // namespace dims

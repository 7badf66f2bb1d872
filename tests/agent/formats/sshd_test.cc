// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/sshd.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// "action outcome user address port" of a message of sshd.
std::string Facts(absl::string_view message) {
  const ParsedLine line(absl::StrCat("Jan 15 11:59:58 gate sshd[1]: ", message));
  const std::string source = line["source.ip"].empty() ? line["source.domain"] : line["source.ip"];
  return absl::StrCat(line["event.action"], " ", line["event.outcome"], " ", line["user.name"], " ",
                      source, " ", line["source.port"]);
}

TEST(SshdTest, ReadsLogins) {
  EXPECT_EQ(Facts("Accepted publickey for alice from 192.0.2.7 port 50522 ssh2: ED25519 SHA256:x"),
            "ssh_login success alice 192.0.2.7 50522");
  EXPECT_EQ(Facts("Failed password for root from 2001:db8::7 port 1 ssh2"),
            "ssh_login failure root 2001:db8::7 1");
  EXPECT_EQ(Facts("Failed password for invalid user pi from 192.0.2.7 port 2 ssh2"),
            "ssh_login failure pi 192.0.2.7 2");
  EXPECT_EQ(Facts("Failed none for illegal user a b from host.example port 3"),
            "ssh_login failure a b host.example 3");
  EXPECT_EQ(Facts("Postponed keyboard-interactive for bob from 192.0.2.7 port 2 ssh2 [preauth]"),
            "ssh_login_postponed  bob 192.0.2.7 2");
  EXPECT_EQ(Facts("error: PAM: Authentication failure for illegal user eve from 192.0.2.9"),
            "ssh_login failure eve 192.0.2.9 ");
}

TEST(SshdTest, DoesNotBelieveAddressesInsideNames) {
  EXPECT_EQ(Facts("Failed password for invalid user x from 198.51.100.1 port 9 from 192.0.2.7 port "
                  "2 ssh2"),
            "ssh_login failure x from 198.51.100.1 port 9 192.0.2.7 2");
  EXPECT_EQ(Facts("Invalid user a from 198.51.100.1 from 192.0.2.7 port 2"),
            "ssh_invalid_user failure a from 198.51.100.1 192.0.2.7 2");
  EXPECT_EQ(Facts("Connection closed by authenticating user t 198.51.100.1 port 12 192.0.2.11 port "
                  "46039 [preauth]"),
            "ssh_disconnect  t 198.51.100.1 port 12 192.0.2.11 46039");
}

TEST(SshdTest, ReadsUnknownAndForbiddenUsers) {
  EXPECT_EQ(Facts("Invalid user admin from 192.0.2.7 port 40000"),
            "ssh_invalid_user failure admin 192.0.2.7 40000");
  EXPECT_EQ(Facts("Invalid user  from 192.0.2.7 port 40000"),
            "ssh_invalid_user failure  192.0.2.7 40000");
  EXPECT_EQ(Facts("input_userauth_request: invalid user admin [preauth]"),
            "ssh_invalid_user failure admin  ");
  EXPECT_EQ(Facts("User root from 192.0.2.7 not allowed because not listed in AllowUsers"),
            "ssh_user_not_allowed failure root 192.0.2.7 ");
  EXPECT_EQ(Facts("ROOT LOGIN REFUSED FROM 192.0.2.7 port 12"),
            "ssh_user_not_allowed failure  192.0.2.7 12");
}

TEST(SshdTest, ReadsConnectionsAndTheirEnd) {
  EXPECT_EQ(Facts("Connection from 192.0.2.7 port 5 on 192.0.2.1 port 22 rdomain \"\""),
            "ssh_connection   192.0.2.7 5");
  EXPECT_EQ(Facts("Connection closed by 192.0.2.7 port 5 [preauth]"),
            "ssh_disconnect   192.0.2.7 5");
  EXPECT_EQ(Facts("Connection closed by invalid user  192.0.2.7 port 5 [preauth]"),
            "ssh_disconnect   192.0.2.7 5");
  EXPECT_EQ(Facts("Connection reset by 192.0.2.7"), "ssh_disconnect   192.0.2.7 ");
  EXPECT_EQ(Facts("Received disconnect from 192.0.2.7: 11: Bye Bye [preauth]"),
            "ssh_disconnect   192.0.2.7 ");
  EXPECT_EQ(Facts("Received disconnect from 192.0.2.7 port 5:11: disconnected by user"),
            "ssh_disconnect   192.0.2.7 5");
  EXPECT_EQ(Facts("Disconnected from user alice 192.0.2.7 port 5"),
            "ssh_disconnect  alice 192.0.2.7 5");
  EXPECT_EQ(Facts("Disconnecting invalid user x 192.0.2.7 port 5: Too many authentication failures "
                  "[preauth]"),
            "ssh_too_many_failures failure x 192.0.2.7 5");
  EXPECT_EQ(Facts("Disconnecting: Too many authentication failures for root [preauth]"),
            "ssh_too_many_failures failure root  ");
  EXPECT_EQ(Facts("error: maximum authentication attempts exceeded for root from 192.0.2.7 port 9 "
                  "ssh2 [preauth]"),
            "ssh_too_many_failures failure root 192.0.2.7 9");
}

TEST(SshdTest, ReadsScannersAndProtocolErrors) {
  EXPECT_EQ(Facts("Did not receive identification string from 192.0.2.7 port 5"),
            "ssh_protocol_error failure  192.0.2.7 5");
  EXPECT_EQ(Facts("Bad protocol version identification 'x' from 1.1.1.1' from 192.0.2.7 port 5"),
            "ssh_protocol_error failure  192.0.2.7 5");
  EXPECT_EQ(Facts("fatal: Unable to negotiate with 192.0.2.7 port 5: no matching cipher found."),
            "ssh_protocol_error failure  192.0.2.7 5");
  EXPECT_EQ(Facts("banner exchange: Connection from 192.0.2.7 port 5: invalid format"),
            "ssh_protocol_error failure  192.0.2.7 5");
  EXPECT_EQ(Facts("fatal: Timeout before authentication for 192.0.2.7 port 5"),
            "ssh_login_timeout failure  192.0.2.7 5");
  EXPECT_EQ(Facts("drop connection #10 from [192.0.2.7]:50000 on [192.0.2.1]:22 past MaxStartups"),
            "ssh_refused failure  192.0.2.7 50000");
  EXPECT_EQ(Facts("refused connect from bad.example (192.0.2.7)"),
            "ssh_refused failure  192.0.2.7 ");
  EXPECT_EQ(
      Facts("reverse mapping checking getaddrinfo for a.example [192.0.2.7] failed - POSSIBLE "
            "BREAK-IN ATTEMPT!"),
      "ssh_reverse_mapping_failed failure  192.0.2.7 ");
  EXPECT_EQ(Facts("Address 192.0.2.7 maps to a.example, but this does not map back to the address"),
            "ssh_reverse_mapping_failed failure  192.0.2.7 ");
}

TEST(SshdTest, ReadsPastTheMessageIdOfSolaris) {
  EXPECT_EQ(Facts("[ID 800047 auth.info] Failed password for bob from 192.0.2.7 port 9 ssh2"),
            "ssh_login failure bob 192.0.2.7 9");
}

TEST(SshdTest, TakesTheFirstAddressOfWhoWasLetIn) {
  EXPECT_EQ(
      Facts("Accepted publickey for alice from 192.0.2.7 port 5 ssh2: RSA-CERT SHA256:x ID key "
            "from 198.51.100.1 port 9 (serial 0)"),
      "ssh_login success alice 192.0.2.7 5");
}

TEST(SshdTest, FindsThePeerOfMessagesItDoesNotKnow) {
  EXPECT_EQ(Facts("Magic value check failed (42) on obfuscated handshake from 192.0.2.7 port 5"),
            "   192.0.2.7 5");
  EXPECT_EQ(Facts("fatal: Read from socket failed: Connection reset by peer [preauth]"),
            "ssh_disconnect    ");
  EXPECT_EQ(Facts("PAM service(sshd) ignoring max retries; 6 > 3"),
            "ssh_too_many_failures failure   ");
}

TEST(SshdTest, ReadsRepeatedMessages) {
  const ParsedLine line(
      "Jan 15 11:59:58 gate sshd[1]: message repeated 5 times: [ Failed password for root from "
      "192.0.2.7 port 9 ssh2]");
  EXPECT_EQ(line["user.name"], "root");
  EXPECT_EQ(line["labels.repeated"], "5");
}

TEST(SshdTest, GivesAConnectionItsCommunityId) {
  const ParsedLine line(
      "Jan 15 11:59:58 gate sshd[1]: Connection from 192.0.2.7 port 5 on 192.0.2.1 port 22");
  EXPECT_EQ(line["destination.ip"], "192.0.2.1");
  EXPECT_EQ(line["destination.port"], "22");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_TRUE(line.Stores("network.community_id"));
  EXPECT_EQ(line["related.ip"], "192.0.2.7,192.0.2.1");
}

TEST(SshdTest, CategorizesWhatItDoesNotKnow) {
  const ParsedLine line("Jan 15 11:59:58 gate sshd[1]: something new");
  EXPECT_EQ(line["event.category"], "authentication");
  EXPECT_EQ(line["event.outcome"], "");
}

TEST(SshdTest, ReadsWhoIsPenalised) {
  const ParsedLine line(
      "Jan  5 10:11:12 h sshd[77]: srclimit_penalise: ipv4: new 203.0.113.5/32 deferred penalty of "
      "5 seconds for penalty: failed authentication");
  EXPECT_EQ(line["event.action"], "ssh_penalty");
  EXPECT_EQ(line["source.ip"], "203.0.113.5");
}

}  // namespace
}  // namespace dims

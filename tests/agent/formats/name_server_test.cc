// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kQuery[] =
    "23-Aug-2025 18:41:28.090 queries: info: client @0x7f7c 192.0.2.7#60683 (www.example): view "
    "in: query: www.example IN AAAA +E(0)TK (198.51.100.1)";
constexpr char kUnbound[] =
    "Jan 12 10:00:00 ns1 unbound[7]: [7:1f] info: 192.0.2.7 www.example. A IN";
constexpr char kDnsmasq[] = "Jan 12 10:00:00 gw dnsmasq[7]: query[A] www.example from 192.0.2.7";

TEST(BindTest, ReadsAQueryOfItsOwnFile) {
  const ParsedLine line(kQuery);
  EXPECT_EQ(line["event.dataset"], "bind.log");
  EXPECT_EQ(line["@timestamp"], "2025-08-23T18:41:28.09Z");
  EXPECT_EQ(line["labels.bind.category"], "queries");
  EXPECT_EQ(line["log.level"], "info");
  EXPECT_EQ(line["labels.dns.view"], "in");
  EXPECT_EQ(line["event.action"], "dns_query");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "60683");
  EXPECT_EQ(line["destination.ip"], "198.51.100.1");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "dns");
  EXPECT_EQ(line["dns.question.name"], "www.example");
  EXPECT_EQ(line["dns.question.type"], "AAAA");
}

TEST(BindTest, ReadsAnswersWithTheirCode) {
  const ParsedLine arrow(
      "client @0xfc 192.0.2.7#54298 (a.example): answer: a.example IN HTTPS +EDC (10.0.0.2) -> "
      "NXDOMAIN");
  EXPECT_EQ(arrow["event.action"], "dns_answer");
  EXPECT_EQ(arrow["dns.response_code"], "NXDOMAIN");
  EXPECT_EQ(arrow["dns.question.type"], "HTTPS");
  const ParsedLine response(
      "client 192.0.2.7#54298 (a.example): response: a.example IN A NOERROR + (10.0.0.2)");
  EXPECT_EQ(response["dns.response_code"], "NOERROR");
  EXPECT_EQ(response["destination.ip"], "10.0.0.2");
}

TEST(BindTest, ReadsRefusals) {
  const ParsedLine query(
      "Jan 12 10:00:00 ns1 named[7]: client 192.0.2.7#33081: query (cache) 'a.example/NS/IN' "
      "denied");
  EXPECT_EQ(query["event.action"], "dns_query_denied");
  EXPECT_EQ(query["event.outcome"], "failure");
  EXPECT_EQ(query["dns.question.name"], "a.example");
  EXPECT_EQ(query["dns.question.type"], "NS");
  const ParsedLine transfer(
      "Jan 12 10:00:00 ns1 named[7]: client @0x7f 2001:db8::7#1 (a.example): zone transfer "
      "'a.example/AXFR/IN' denied");
  EXPECT_EQ(transfer["event.action"], "dns_transfer_denied");
  EXPECT_EQ(transfer["source.ip"], "2001:db8::7");
}

TEST(BindTest, ReadsFailuresPoliciesAndZones) {
  const ParsedLine failed(
      "client @0x7f 192.0.2.7#1 (a.example): query failed (SERVFAIL) for a.example/IN/A at "
      "query.c:7841");
  EXPECT_EQ(failed["dns.response_code"], "SERVFAIL");
  EXPECT_EQ(failed["dns.question.type"], "A");
  const ParsedLine rewrite(
      "client @0x7f 192.0.2.7#1 (bad.example): rpz QNAME NXDOMAIN rewrite bad.example/A/IN via "
      "bad.example.rpz");
  EXPECT_EQ(rewrite["event.action"], "dns_policy_rewrite");
  EXPECT_EQ(rewrite["rule.name"], "bad.example.rpz");
  const ParsedLine zone(
      "xfer-in: error: transfer of 'example/IN' from 198.51.100.1#53: failed to connect: timed "
      "out");
  EXPECT_EQ(zone["source.ip"], "198.51.100.1");
  EXPECT_EQ(zone["log.level"], "error");
}

TEST(UnboundTest, ReadsAQueryAndAReply) {
  const ParsedLine query(kUnbound);
  EXPECT_EQ(query["event.dataset"], "unbound.log");
  EXPECT_EQ(query["event.action"], "dns_query");
  EXPECT_EQ(query["dns.question.name"], "www.example");
  EXPECT_EQ(query["source.ip"], "192.0.2.7");
  const ParsedLine reply(
      "[1760104536] unbound[7:0] reply: 192.0.2.7 www.example. AAAA IN NXDOMAIN 0.01 0 45");
  EXPECT_EQ(reply["@timestamp"], "2025-10-10T13:55:36Z");
  EXPECT_EQ(reply["event.action"], "dns_answer");
  EXPECT_EQ(reply["dns.response_code"], "NXDOMAIN");
}

TEST(UnboundTest, TakesItsOtherMessagesAsText) {
  const ParsedLine line("Jan 12 10:00:00 ns1 unbound[7]: [7:0] error: internal error: stopped");
  EXPECT_EQ(line["log.level"], "error");
  EXPECT_EQ(line["event.category"], "host");
}

TEST(DnsmasqTest, ReadsQueriesAndAnswers) {
  const ParsedLine query(kDnsmasq);
  EXPECT_EQ(query["event.dataset"], "dnsmasq.dns");
  EXPECT_EQ(query["dns.question.type"], "A");
  EXPECT_EQ(query["source.ip"], "192.0.2.7");
  const ParsedLine reply("Jan 12 10:00:00 gw dnsmasq[7]: reply www.example is 198.51.100.9");
  EXPECT_EQ(reply["dns.resolved_ip"], "198.51.100.9");
  const ParsedLine nothing("Jan 12 10:00:00 gw dnsmasq[7]: cached x.example is NXDOMAIN");
  EXPECT_EQ(nothing["dns.response_code"], "NXDOMAIN");
  const ParsedLine extra(
      "Jan 12 10:00:00 gw dnsmasq[7]: 417 192.0.2.8/5353 forwarded www.example to 198.51.100.1");
  EXPECT_EQ(extra["source.port"], "5353");
  EXPECT_EQ(extra["destination.ip"], "198.51.100.1");
}

TEST(DnsmasqTest, ReadsALease) {
  const ParsedLine line(
      "Jan 12 10:00:00 gw dnsmasq-dhcp[7]: DHCPACK(eth0) 192.0.2.7 00:00:5e:00:53:01 desk");
  EXPECT_EQ(line["event.dataset"], "dnsmasq.dhcp");
  EXPECT_EQ(line["event.action"], "DHCPACK");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.mac"], "00:00:5e:00:53:01");
  EXPECT_EQ(line["source.domain"], "desk");
}

TEST(NameServerTest, KeepsWhatIsLeftOfACutLine) {
  for (const char* line : {kQuery, kUnbound, kDnsmasq}) ExpectEveryCutIsKept(line);
}

TEST(BindTest, ReadsUpdatesAndRateLimits) {
  const ParsedLine update(
      "Jan  5 10:11:12 ns1 named[77]: client @0x7f 192.0.2.5#5353/key tsig (x.example): updating "
      "zone 'x.example/IN': adding an RR at 'h.x.example' A 192.0.2.9");
  EXPECT_EQ(update["event.action"], "dns_update");
  EXPECT_EQ(update["labels.dns.key"], "tsig");
  EXPECT_EQ(update["dns.question.name"], "x.example");
  EXPECT_EQ(update["dns.question.type"], "");
  const ParsedLine limited(
      "05-Jan-2026 10:11:12.123 rate-limit: info: client @0x7f 192.0.2.5#5353 (a.example): rate "
      "limit drop NXDOMAIN response to 192.0.2.0/24 for example  (0011)");
  EXPECT_EQ(limited["event.action"], "dns_rate_limited");
  EXPECT_EQ(limited["event.outcome"], "failure");
}

}  // namespace
}  // namespace dims

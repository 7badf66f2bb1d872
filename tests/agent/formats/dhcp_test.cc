// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kRequest[] =
    "Jan 12 10:00:00 gw dhcpd[7]: DHCPREQUEST for 192.0.2.7 (192.0.2.1) from 00:00:5e:00:53:01 "
    "(desk) via eth0.60";
constexpr char kKea[] =
    "2025-10-10 13:55:36.123 INFO  [kea-dhcp4.leases/7.140] DHCP4_LEASE_ALLOC [hwtype=1 "
    "00:00:5e:00:53:01], cid=[01:00], tid=0x1: lease 192.0.2.7 has been allocated for 3600 seconds";

TEST(DhcpdTest, ReadsARequest) {
  const ParsedLine line(kRequest);
  EXPECT_EQ(line["event.dataset"], "dhcpd.log");
  EXPECT_EQ(line["event.action"], "DHCPREQUEST");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.mac"], "00:00:5e:00:53:01");
  EXPECT_EQ(line["source.domain"], "desk");
  EXPECT_EQ(line["destination.ip"], "192.0.2.1");
  EXPECT_EQ(line["network.protocol"], "dhcp");
  EXPECT_EQ(line["network.transport"], "udp");
  EXPECT_EQ(line["network.vlan.id"], "60");
  EXPECT_EQ(line["labels.dhcp.interface"], "eth0.60");
}

TEST(DhcpdTest, SaysWhenThereIsNoLeaseLeft) {
  const ParsedLine line(
      "Jan 12 10:00:00 gw dhcpd[7]: DHCPDISCOVER from 00:00:5e:00:53:01 via 192.0.2.1: network "
      "192.0.2.0/24: no free leases");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["destination.ip"], "192.0.2.1");
  EXPECT_FALSE(line.Stores("source.ip"));
}

TEST(DhcpdTest, ReadsReleasesAndRefusals) {
  const ParsedLine release(
      "Jan 12 10:00:00 gw dhcpd[7]: DHCPRELEASE of 192.0.2.7 from 00:00:5e:00:53:01 (desk) via "
      "eth0 (found)");
  EXPECT_EQ(release["event.action"], "DHCPRELEASE");
  EXPECT_EQ(release["source.domain"], "desk");
  const ParsedLine refusal(
      "Jan 12 10:00:00 gw dhcpd[7]: DHCPNAK on 192.0.2.7 to 00:00:5e:00:53:01 via eth0");
  EXPECT_EQ(refusal["event.outcome"], "failure");
}

TEST(DhcpdTest, ReadsVersionSix) {
  const ParsedLine solicit(
      "Jan 12 10:00:00 gw dhcpd[7]: Solicit message from fe80::7 port 546, transaction ID 0x3C");
  EXPECT_EQ(solicit["event.action"], "solicit-message");
  EXPECT_EQ(solicit["network.protocol"], "dhcpv6");
  EXPECT_EQ(solicit["source.ip"], "fe80::7");
  EXPECT_EQ(solicit["source.port"], "546");
  const ParsedLine reply(
      "Jan 12 10:00:00 gw dhcpd[7]: Reply NA: address 2001:db8::7 to client with duid 00:02 iaid "
      "= 1 valid for 7200 seconds");
  EXPECT_EQ(reply["source.ip"], "2001:db8::7");
}

TEST(DhcpdTest, ReadsWhereItListens) {
  const ParsedLine line(
      "Jan 12 10:00:00 gw dhcpd[7]: Listening on LPF/eth0/00:00:5e:00:53:02/192.0.2.0/24");
  EXPECT_EQ(line["event.action"], "listening-on-lpf");
  EXPECT_EQ(line["destination.mac"], "00:00:5e:00:53:02");
  EXPECT_EQ(line["labels.dhcp.subnet"], "192.0.2.0/24");
}

TEST(KeaTest, ReadsALease) {
  const ParsedLine line(kKea);
  EXPECT_EQ(line["event.dataset"], "kea.log");
  EXPECT_EQ(line["event.code"], "DHCP4_LEASE_ALLOC");
  EXPECT_EQ(line["source.mac"], "00:00:5e:00:53:01");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["log.level"], "info");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36.123Z");
}

TEST(DhcpTest, KeepsWhatIsLeftOfACutLine) {
  for (const char* line : {kRequest, kKea}) ExpectEveryCutIsKept(line);
}

TEST(DhcpdTest, ReadsAnHardwareAddressInParentheses) {
  const ParsedLine line(
      "Jan  5 10:11:12 dh1 dhcpd[5]: DHCPACK to 192.0.2.77 (00:00:5e:00:53:01) via eth0");
  EXPECT_EQ(line["source.mac"], "00:00:5e:00:53:01");
  EXPECT_EQ(line["source.domain"], "");
}

TEST(DhcpdTest, ReadsAnAbandonedAddress) {
  const ParsedLine line(
      "Jan  5 10:11:12 dh1 dhcpd[5]: abandoning IP address 192.0.2.79: pinged before offer");
  EXPECT_EQ(line["source.ip"], "192.0.2.79");
  EXPECT_EQ(line["event.action"], "abandoned");
  EXPECT_EQ(line["event.reason"], "pinged before offer");
}

TEST(KeaTest, ReadsWhatComesBySyslog) {
  for (const char* const head :
       {"Jan  5 10:11:12 dh1 kea-dhcp4[5]: INFO  [kea-dhcp4.leases.0x7f12] ",
        "Jan  5 10:11:12 dh1 kea-dhcp4[5]: INFO  ",
        "<134>1 2026-01-05T10:11:12+00:00 fw kea-dhcp4 5 - [meta sequenceId=\"1\"]  INFO "
        "[kea-dhcp4.leases.0x7f12] "}) {
    const ParsedLine line(std::string(head) +
                          "DHCP4_LEASE_ALLOC [hwtype=1 00:00:5e:00:53:01], cid=[no info], "
                          "tid=0x1: lease 192.0.2.77 has been allocated for 3600 seconds");
    EXPECT_EQ(line["event.dataset"], "kea.log") << head;
    EXPECT_EQ(line["event.code"], "DHCP4_LEASE_ALLOC");
    EXPECT_EQ(line["source.ip"], "192.0.2.77");
    EXPECT_EQ(line["source.mac"], "00:00:5e:00:53:01");
  }
}

}  // namespace
}  // namespace dims

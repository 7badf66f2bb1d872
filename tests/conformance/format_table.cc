// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/format_table.h"

namespace dims {
namespace {

constexpr SampleKind kElastic = SampleKind::kElastic;
constexpr SampleKind kSekoia = SampleKind::kSekoia;
constexpr SampleKind kFail2ban = SampleKind::kFail2ban;
constexpr SampleKind kCrowdsec = SampleKind::kCrowdsec;

constexpr absl::string_view kSshdHeader = "Jan  1 00:00:00 gate sshd[1]: ";

}  // namespace

// One entry a format, in the order of the table in agent/formats/text_format.cc.
std::span<const MeasuredFormat> MeasuredFormats() {
  static const auto& formats = *new std::vector<MeasuredFormat>{
      {.name = "sshd",
       .sources = {{kSekoia, "sekoia/OpenSSH_openssh.jsonl", "", kSshdHeader},
                   {kFail2ban, "fail2ban/sshd.log"},
                   {kCrowdsec, "crowdsec/sshd-logs"}},
       .floor_percent = 72},
      {.name = "system",
       .sources = {{kElastic, "beats/system"},
                   {kElastic, "integrations/system/auth"},
                   {kElastic, "integrations/system/syslog"}},
       .floor_percent = 90},
      {.name = "cisco.asa",
       .sources = {{kElastic, "beats/cisco/asa"},
                   {kElastic, "beats/cisco/ftd"},
                   {kElastic, "integrations/cisco_asa"},
                   {kElastic, "integrations/cisco_ftd"},
                   {kSekoia, "sekoia/Cisco_cisco-secure-firewall.jsonl"}},
       .floor_percent = 97},
      {.name = "fortinet.fortigate",
       .sources = {{kElastic, "beats/fortinet/firewall"},
                   {kElastic, "integrations/fortinet_fortigate"},
                   {kSekoia, "sekoia/Fortinet_fortigate.jsonl"}},
       .floor_percent = 84},
      {.name = "web.access",
       .sources = {{kElastic, "beats/apache/access"},
                   {kElastic, "beats/nginx/access"},
                   {kElastic, "beats/nginx/ingress_controller"},
                   {kElastic, "integrations/apache/access"},
                   {kElastic, "integrations/nginx/access"},
                   {kSekoia, "sekoia/Apache_apache.jsonl", "HTTP/"},
                   {kSekoia, "sekoia/NGINX_nginx.jsonl", " - - ["},
                   {kFail2ban, "fail2ban/nginx-bad-request.log"},
                   {kCrowdsec, "crowdsec/apache2-logs"},
                   {kCrowdsec, "crowdsec/nginx_http-logs"}},
       .floor_percent = 100},
      {.name = "apache.error",
       .sources = {{kElastic, "beats/apache/error"},
                   {kElastic, "integrations/apache/error"},
                   {kSekoia, "sekoia/Apache_apache.jsonl", "[pid "},
                   {kFail2ban, "fail2ban/apache-auth.log"},
                   {kFail2ban, "fail2ban/apache-overflows.log"},
                   {kFail2ban, "fail2ban/apache-noscript.log"}},
       .floor_percent = 100},
      {.name = "nginx.error",
       .sources = {{kSekoia, "sekoia/NGINX_nginx.jsonl", "] 1"},
                   {kFail2ban, "fail2ban/nginx-http-auth.log"}},
       .floor_percent = 100},
      {.name = "panw.panos",
       .sources = {{kElastic, "beats/panw"},
                   {kElastic, "integrations/panw"},
                   {kSekoia, "sekoia/Palo_Alto_Networks_paloalto-ngfw.jsonl"}},
       .floor_percent = 97},
  };
  return formats;
}

std::span<const AcceptedDifference> AcceptedDifferences() {
  static const auto& differences = *new std::vector<AcceptedDifference>{
      {"cisco.asa", "", "event.outcome", "en",
       "a refused connection failed (ECS); others say success"},
      {"cisco.asa", "", "event.outcome", "No matching", "the same"},
      {"cisco.asa", "beats", "event.outcome", "",
       "words of an older version: succeeded, monitored"},
      {"cisco.asa", "beats", "event.action", "",
       "an older version calls every message firewall-rule"},
      {"cisco.asa", "beats", "source.ip", "Built outbound", "older: who opened it is named second"},
      {"cisco.asa", "beats", "source.port", "Built outbound", "the same"},
      {"cisco.asa", "beats", "source.nat.ip", "Built outbound", "the same"},
      {"cisco.asa", "beats", "destination.ip", "Built outbound", "the same"},
      {"cisco.asa", "beats", "destination.port", "Built outbound", "the same"},
      {"cisco.asa", "beats", "destination.nat.ip", "Built outbound", "the same"},
      {"cisco.asa", "", "source.ip", "Built inbound ICMP",
       "faddr opened it; others always say laddr"},
      {"cisco.asa", "", "source.nat.ip", "Built inbound ICMP", "the same"},
      {"cisco.asa", "", "destination.ip", "Built inbound ICMP", "the same"},
      {"cisco.asa", "", "destination.domain", "Built inbound ICMP", "the same"},
      {"cisco.asa", "", "network.community_id", "ICMP", "others leave out type and code"},
      {"cisco.asa", "", "network.community_id", "icmp", "the same"},
      {"cisco.asa", "", "network.community_id", "type 3, code 0", "the same"},
      {"cisco.asa", "", "source.ip", "Original IP payload",
       "the ends of the ICMP packet, not of the one it answers"},
      {"cisco.asa", "", "source.domain", "Original IP payload", "the same"},
      {"cisco.asa", "", "source.port", "Original IP payload", "the same"},
      {"cisco.asa", "", "destination.ip", "Original IP payload", "the same"},
      {"cisco.asa", "", "destination.port", "Original IP payload", "the same"},
      {"cisco.asa", "", "log.level", "x0a", "the line has no level; others say debug"},
      {"cisco.asa", "", "log.level", "ftd[1234]: ", "the same"},
      {"cisco.asa", "", "destination.port", "23123", "no port is above 65535"},
      {"cisco.asa", "", "destination.port", "514514", "the same"},
      {"cisco.asa", "", "destination.port", "123412", "the same"},
      {"cisco.asa", "", "event.outcome", "drop", "a refused connection failed (ECS)"},
      {"cisco.asa", "sekoia", "user.domain", "", "a VPN group is group.name"},
      {"cisco.asa", "", "process.name", "%ASA", "a line of a firewall names no process"},
      {"cisco.asa", "beats", "network.protocol", "", "tcp and icmp are network.transport"},
      {"cisco.asa", "integrations", "@timestamp", "FirstPacketSecond",
       "when it was logged; others: when the connection began"},
      {"cisco.asa", "", "user.id", "", "a name is no id"},
      {"fortinet.fortigate", "", "event.outcome", "action=\"",
       "a refused connection failed (ECS); others say success"},
      {"fortinet.fortigate", "beats", "@timestamp",
       "eventtime=", "eventtime is exact where the date names no zone"},
      {"web.access", "", "url.path", "%20", "a path is kept as it was asked for, not decoded"},
      {"web.access", "", "url.path", "%D0%A0", "a path is kept as it was asked for, not decoded"},
      {"web.access", "sekoia", "event.outcome", " 302 ", "ECS knows no outcome \"redirect\""},
      {"apache.error", "sekoia", "event.outcome", "", "a message is no outcome of a request"},
      {"nginx.error", "fail2ban", "source.ip", "host nginx[", "a header without a time is none"},
      {"panw.panos", "", "network.community_id", ",TRAFFIC,",
       "one id, of the addresses before translation"},
      {"panw.panos", "", "event.outcome", ",deny,", "a refused session failed (ECS)"},
      {"panw.panos", "", "event.outcome", ",drop,", "a refused session failed (ECS)"},
      {"panw.panos", "", "event.outcome", ",reset-", "a refused session failed (ECS)"},
      {"panw.panos", "integrations", "@timestamp", ",2012/",
       "the time of generation, not of receipt"},
      {"panw.panos", "sekoia", "event.action", "1,20",
       "what was recorded (flow_terminated); allow or deny is event.type"},
      {"panw.panos", "sekoia", "", "{\"",
       "JSON of the cloud's log service is read as generic.json"},
  };
  return differences;
}

}  // namespace dims

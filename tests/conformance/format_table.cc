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

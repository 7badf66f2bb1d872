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
  };
  return formats;
}

std::span<const AcceptedDifference> AcceptedDifferences() {
  static const auto& differences = *new std::vector<AcceptedDifference>{
      {"fortinet.fortigate", "", "event.outcome", "action=\"",
       "a refused connection failed (ECS); others say success"},
      {"fortinet.fortigate", "beats", "@timestamp",
       "eventtime=", "eventtime is exact where the date names no zone"},
  };
  return differences;
}

}  // namespace dims

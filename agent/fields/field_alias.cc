// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/field_alias.h"

#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"

namespace dims {
namespace {

constexpr std::size_t kAliasBytesMax = 32;

// Names of Netfilter, Suricata EVE, Zeek, FortiGate, CEF, Sigma and loggers at large.
constexpr std::pair<absl::string_view, Field> kAliases[] = {
    {"src_ip", Field::kSourceIp},
    {"srcip", Field::kSourceIp},
    {"src", Field::kSourceIp},
    {"saddr", Field::kSourceIp},
    {"sourceip", Field::kSourceIp},
    {"client_ip", Field::kSourceIp},
    {"clientip", Field::kSourceIp},
    {"remote_addr", Field::kSourceIp},
    {"remote_ip", Field::kSourceIp},
    {"remip", Field::kSourceIp},
    {"id.orig_h", Field::kSourceIp},
    {"dest_ip", Field::kDestinationIp},
    {"dst_ip", Field::kDestinationIp},
    {"dstip", Field::kDestinationIp},
    {"dst", Field::kDestinationIp},
    {"daddr", Field::kDestinationIp},
    {"destinationip", Field::kDestinationIp},
    {"id.resp_h", Field::kDestinationIp},
    {"src_port", Field::kSourcePort},
    {"srcport", Field::kSourcePort},
    {"sport", Field::kSourcePort},
    {"spt", Field::kSourcePort},
    {"sourceport", Field::kSourcePort},
    {"id.orig_p", Field::kSourcePort},
    {"dest_port", Field::kDestinationPort},
    {"dst_port", Field::kDestinationPort},
    {"dstport", Field::kDestinationPort},
    {"dport", Field::kDestinationPort},
    {"dpt", Field::kDestinationPort},
    {"destinationport", Field::kDestinationPort},
    {"id.resp_p", Field::kDestinationPort},
    {"proto", Field::kNetworkTransport},
    {"app_proto", Field::kNetworkProtocol},
    {"community_id", Field::kNetworkCommunityId},
    {"orig_bytes", Field::kSourceBytes},
    {"sentbyte", Field::kSourceBytes},
    {"resp_bytes", Field::kDestinationBytes},
    {"rcvdbyte", Field::kDestinationBytes},
    {"user", Field::kUserName},
    {"username", Field::kUserName},
    {"user_name", Field::kUserName},
    {"host", Field::kHostName},
    {"hostname", Field::kHostName},
    {"devname", Field::kHostName},
    {"level", Field::kLogLevel},
    {"lvl", Field::kLogLevel},
    {"loglevel", Field::kLogLevel},
    {"pid", Field::kProcessPid},
    {"comm", Field::kProcessName},
    {"exe", Field::kProcessExecutable},
    {"image", Field::kProcessExecutable},
    {"commandline", Field::kProcessCommandLine},
    {"parentimage", Field::kProcessParentExecutable},
    {"cwd", Field::kProcessWorkingDirectory},
    {"eventid", Field::kEventCode},
    {"outcome", Field::kEventOutcome},
    {"service", Field::kServiceName},
    {"url", Field::kUrlOriginal},
    {"uri", Field::kUrlOriginal},
    {"http.url", Field::kUrlOriginal},
    {"http.hostname", Field::kUrlDomain},
    {"http.http_method", Field::kHttpRequestMethod},
    {"http.status", Field::kHttpResponseStatusCode},
    {"http.http_user_agent", Field::kUserAgentOriginal},
    {"user_agent", Field::kUserAgentOriginal},
    {"useragent", Field::kUserAgentOriginal},
    {"tls.sni", Field::kTlsClientServerName},
    {"dns.rrname", Field::kDnsQuestionName},
    {"dns.rrtype", Field::kDnsQuestionType},
    {"dns.rcode", Field::kDnsResponseCode},
    {"queryname", Field::kDnsQuestionName},
    {"alert.signature", Field::kRuleName},
    {"alert.signature_id", Field::kRuleId},
    {"alert.category", Field::kRuleCategory},
    {"alert.severity", Field::kEventSeverity},
    {"sha256", Field::kFileHashSha256},
    {"sha1", Field::kFileHashSha1},
    {"md5", Field::kFileHashMd5},
};

}  // namespace

std::optional<Field> FieldAlias(absl::string_view name) {
  // Built on first use and never changed: a table, not state.
  static const auto& aliases =
      *new absl::flat_hash_map<absl::string_view, Field>(std::begin(kAliases), std::end(kAliases));
  if (name.size() > kAliasBytesMax) return std::nullopt;
  char lower[kAliasBytesMax];
  for (std::size_t i = 0; i < name.size(); ++i) {
    lower[i] = absl::ascii_tolower(static_cast<unsigned char>(name[i]));
  }
  const auto found = aliases.find(absl::string_view(lower, name.size()));
  if (found == aliases.end()) return std::nullopt;
  return found->second;
}

bool IsReservedField(Field field) {
  switch (field) {
    case Field::kTimestamp:
    case Field::kMessage:
    case Field::kEventOriginal:
    case Field::kEventCreated:
    case Field::kLogFilePath:
    case Field::kLogFileOffset:
    case Field::kLogSourceAddress:
    case Field::kLogSyslogAppname:
    case Field::kLogSyslogMsgid:
    case Field::kLogSyslogVersion:
    case Field::kLogSyslogFacilityCode:
    case Field::kLogSyslogSeverityCode:
    case Field::kTlp:
    case Field::kLayout:
    case Field::kDeliverySource:
    case Field::kDeliveryPosition:
    case Field::kDeliveryMaybeRepeated:
      return true;
    default:
      return false;
  }
}

}  // namespace dims

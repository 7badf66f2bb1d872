// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/zeek_log.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/formats/zeek_notes.h"

namespace dims {
namespace {

constexpr std::uint8_t N(ZeekNote note) {
  return static_cast<std::uint8_t>(note);
}

constexpr Field kNoField = Field::kCount;
using Z = ZeekNote;
using M = DialectMember;

// clang-format off
// What all logs have in common.
constexpr M kCommon[] = {
    {"ts", kNoField, N(Z::kTime)},
    {"_path", kNoField, N(Z::kLog)},
    {"id.orig_h", Field::kSourceIp},
    {"id.orig_p", kNoField, N(Z::kOrigPort)},
    {"id.resp_h", Field::kDestinationIp},
    {"id.resp_p", kNoField, N(Z::kRespPort)},
    {"proto", kNoField, N(Z::kProto)},
    {"community_id", Field::kNetworkCommunityId},
    {"vlan", Field::kNetworkVlanId},
    {"orig_l2_addr", Field::kSourceMac},
    {"resp_l2_addr", Field::kDestinationMac},
    {"_system_name", Field::kObserverName},
};

constexpr M kConn[] = {
    {"service", Field::kNetworkProtocol},
    {"duration", kNoField, N(Z::kDuration)},
    {"orig_bytes", kNoField, N(Z::kOrigBytes), true},
    {"resp_bytes", kNoField, N(Z::kRespBytes), true},
    {"orig_ip_bytes", kNoField, N(Z::kOrigIpBytes), true},
    {"resp_ip_bytes", kNoField, N(Z::kRespIpBytes), true},
    {"orig_pkts", Field::kSourcePackets},
    {"resp_pkts", Field::kDestinationPackets},
    {"conn_state", kNoField, N(Z::kConnState), true},
    {"local_orig", kNoField, N(Z::kLocalOrig), true},
    {"local_resp", kNoField, N(Z::kLocalResp), true},
};
constexpr M kDns[] = {
    {"query", Field::kDnsQuestionName},
    {"qtype_name", Field::kDnsQuestionType},
    {"rcode_name", Field::kDnsResponseCode},
    {"rcode", kNoField, N(Z::kRcode), true},
    {"answers", Field::kDnsResolvedIp, 0, true},
};
constexpr M kHttp[] = {
    {"method", Field::kHttpRequestMethod, N(Z::kAction)},
    {"host", kNoField, N(Z::kUrlHost)},
    {"uri", kNoField, N(Z::kUri)},
    {"referrer", Field::kHttpRequestReferrer},
    {"version", Field::kHttpVersion},
    {"user_agent", Field::kUserAgentOriginal},
    {"response_body_len", Field::kHttpResponseBytes},
    {"status_code", Field::kHttpResponseStatusCode, N(Z::kStatusCode)},
    {"username", Field::kUserName},
};
constexpr M kSsl[] = {
    {"server_name", Field::kTlsClientServerName, N(Z::kHostName)},
    {"ja3", Field::kTlsClientJa3},
    {"ja3s", kNoField, N(Z::kHash), true},
};
constexpr M kFiles[] = {
    {"tx_hosts", Field::kDestinationIp, 0, true},
    {"rx_hosts", Field::kSourceIp, 0, true},
    {"source", kNoField, N(Z::kProtocol), true},
    {"filename", Field::kFilePath},
    {"md5", Field::kFileHashMd5},
    {"sha1", Field::kFileHashSha1},
    {"sha256", Field::kFileHashSha256},
};
constexpr M kNotice[] = {
    {"note", Field::kRuleName},
    {"msg", kNoField, N(Z::kMessage)},
    {"src", Field::kSourceIp},
    {"dst", Field::kDestinationIp},
    {"p", Field::kDestinationPort},
    {"dropped", kNoField, N(Z::kDropped), true},
};
constexpr M kWeird[] = {{"name", Field::kRuleName}};
constexpr M kSignatures[] = {
    {"src_addr", Field::kSourceIp},
    {"src_port", Field::kSourcePort},
    {"dst_addr", Field::kDestinationIp},
    {"dst_port", Field::kDestinationPort},
    {"note", Field::kRuleName},
    {"sig_id", Field::kRuleId},
    {"event_msg", kNoField, N(Z::kMessage)},
};
constexpr M kIntel[] = {
    {"seen.indicator_type", Field::kRuleCategory, 0, true},
};
constexpr M kSsh[] = {
    {"auth_success", kNoField, N(Z::kSuccess), true},
    {"direction", kNoField, N(Z::kDirection)},
};
constexpr M kFtp[] = {
    {"user", Field::kUserName},
    {"command", kNoField, N(Z::kAction)},
};
constexpr M kSmtp[] = {
    {"user_agent", Field::kUserAgentOriginal},
};
constexpr M kKerberos[] = {
    {"request_type", kNoField, N(Z::kAction)},
    {"client", kNoField, N(Z::kClient), true},
    {"success", kNoField, N(Z::kSuccess)},
    {"error_msg", Field::kEventReason},
};
constexpr M kNtlm[] = {
    {"username", Field::kUserName},
    {"hostname", kNoField, N(Z::kHostName), true},
    {"domainname", Field::kUserDomain},
    {"success", kNoField, N(Z::kSuccess)},
};
constexpr M kDhcp[] = {
    {"client_addr", Field::kSourceIp},
    {"server_addr", Field::kDestinationIp},
    {"mac", Field::kSourceMac},
    {"host_name", kNoField, N(Z::kHostName), true},
    {"assigned_addr", kNoField, N(Z::kAddress), true},
};
constexpr M kAnalyzer[] = {
    {"analyzer", kNoField, N(Z::kProtocol), true},
    {"failure_reason", Field::kEventReason},
};
constexpr M kSip[] = {
    {"method", kNoField, N(Z::kAction)},
    {"uri", Field::kUrlOriginal, N(Z::kSipUri)},
    {"user_agent", Field::kUserAgentOriginal},
    {"status_code", kNoField, N(Z::kStatusCode), true},
};
constexpr M kMysql[] = {
    {"cmd", kNoField, N(Z::kAction)},
    {"success", kNoField, N(Z::kSuccess)},
};
constexpr M kPostgresql[] = {
    {"user", Field::kUserName},
    {"frontend", kNoField, N(Z::kAction)},
    {"success", kNoField, N(Z::kSuccess)},
};
constexpr M kModbus[] = {
    {"func", kNoField, N(Z::kAction)},
    {"exception", kNoField, N(Z::kException), true},
};
constexpr M kDnp3[] = {{"fc_request", kNoField, N(Z::kAction)}};
constexpr M kSmbCmd[] = {
    {"command", kNoField, N(Z::kAction)},
    {"status", kNoField, N(Z::kResult), true},
    {"username", Field::kUserName},
};
constexpr M kSmbFiles[] = {
    {"action", kNoField, N(Z::kAction)},
    {"name", Field::kFilePath},
};
constexpr M kDceRpc[] = {{"operation", kNoField, N(Z::kAction)}};
constexpr M kTunnel[] = {{"action", kNoField, N(Z::kAction)}};
constexpr M kTraceroute[] = {{"src", Field::kSourceIp}, {"dst", Field::kDestinationIp}};
constexpr M kKnownServices[] = {
    {"host", Field::kDestinationIp, N(Z::kHost)},
    {"port_num", Field::kDestinationPort},
    {"port_proto", kNoField, N(Z::kProto)},
    {"service", kNoField, N(Z::kProtocol), true},
};
constexpr M kKnownHosts[] = {{"host", Field::kHostIp}};
constexpr M kSoftware[] = {{"host", Field::kHostIp}};
constexpr M kSyslog[] = {{"message", kNoField, N(Z::kMessage)}};
constexpr M kRadius[] = {
    {"username", Field::kUserName},
    {"result", kNoField, N(Z::kResult), true},
    {"mac", Field::kSourceMac},
};
constexpr M kSocks[] = {
    {"user", Field::kUserName},
    {"status", kNoField, N(Z::kResult), true},
};
constexpr M kIrc[] = {
    {"user", Field::kUserName},
    {"command", kNoField, N(Z::kAction)},
};
constexpr M kLdap[] = {
    {"opcode", kNoField, N(Z::kAction)},
    {"result", kNoField, N(Z::kResult), true},
};
constexpr M kX509[] = {{"fingerprint", kNoField, N(Z::kHash), true}};
constexpr M kQuic[] = {{"server_name", Field::kTlsClientServerName, N(Z::kHostName)}};

struct Log {
  absl::string_view name;
  std::span<const M> members;
  ZeekLogMeaning meaning;
  absl::string_view peculiar = {};  // a name no log before it has
};

constexpr std::array<absl::string_view, 3> kTalk = {"connection", "protocol", "info"};
constexpr std::array<absl::string_view, 3> kTalkOnly = {"connection", "protocol"};
constexpr std::array<absl::string_view, 3> kNews = {"info"};
constexpr std::array<absl::string_view, 2> kNetwork = {"network"};
constexpr std::array<absl::string_view, 2> kLogin = {"network", "authentication"};

constexpr Log kLogs[] = {
    {"conn", kConn, {"", "", "", kNetwork, {"connection"}}, "conn_state"},
    {"dns", kDns, {"udp", "dns", "", kNetwork, kTalk}, "trans_id"},
    {"sip", kSip, {"udp", "sip", "", kNetwork, kTalkOnly}, "call_id"},
    {"http", kHttp, {"tcp", "http", "", {"network", "web"}, kTalk}, "response_body_len"},
    {"ssl", kSsl, {"tcp", "tls", "", kNetwork, kTalkOnly}, "established"},
    {"files", kFiles, {"", "", "", {"file"}, kNews}, "seen_bytes"},
    {"notice", kNotice, {"", "", "alert", {"intrusion_detection"}, kNews}, "suppress_for"},
    {"intel", kIntel, {"", "", "enrichment", {"threat"}, {"indicator"}}, "seen.indicator"},
    {"signatures", kSignatures, {"", "", "alert", {"network", "intrusion_detection"}, kNews}, "sig_id"},
    {"signature", kSignatures, {"", "", "alert", {"network", "intrusion_detection"}, kNews}},
    {"ssh", kSsh, {"tcp", "ssh", "", kLogin, kTalk}, "auth_attempts"},
    {"ftp", kFtp, {"tcp", "ftp", "", kNetwork, kTalk}, "reply_code"},
    {"smtp", kSmtp, {"tcp", "smtp", "", {"network", "email"}, kTalk}, "mailfrom"},
    {"kerberos", kKerberos, {"tcp", "kerberos", "", kLogin, kTalk}, "request_type"},
    {"ntlm", kNtlm, {"tcp", "ntlm", "", kLogin, {"connection", "info"}}, "domainname"},
    {"ntlm", kNtlm, {"tcp", "ntlm", "", kLogin, {"connection", "info"}}, "server_tree_name"},
    {"dhcp", kDhcp, {"udp", "dhcp", "", kNetwork, kTalk}, "msg_types"},
    {"dpd", kAnalyzer, {"", "", "", kNetwork, {"connection", "info"}}, "failure_reason"},
    {"analyzer", kAnalyzer, {"", "", "", kNetwork, {"connection", "info"}}, "cause"},
    {"mysql", kMysql, {"tcp", "mysql", "", {"network", "database"}, kTalk}, "cmd"},
    {"postgresql", kPostgresql, {"tcp", "postgresql", "", {"network", "database"}, kTalk}, "frontend_arg"},
    {"modbus", kModbus, {"tcp", "modbus", "", kNetwork, kTalkOnly}, "func"},
    {"dnp3", kDnp3, {"tcp", "dnp3", "", kNetwork, kTalk}, "fc_request"},
    {"smb_cmd", kSmbCmd, {"tcp", "smb", "", kNetwork, kTalkOnly}, "tree_service"},
    {"smb_files", kSmbFiles, {"tcp", "smb", "", {"network", "file"}, {"connection", "protocol", "access"}}, "times.modified"},
    {"smb_mapping", {}, {"tcp", "smb", "", kNetwork, kTalkOnly}, "share_type"},
    {"dce_rpc", kDceRpc, {"tcp", "dce_rpc", "", kNetwork, kTalk}, "endpoint"},
    {"rdp", {}, {"tcp", "rdp", "", kNetwork, {"protocol", "info"}}, "security_protocol"},
    {"rdp", {}, {"tcp", "rdp", "", kNetwork, {"protocol", "info"}}, "cert_count"},
    {"ntp", {}, {"udp", "ntp", "", kNetwork, kTalk}, "stratum"},
    {"snmp", {}, {"udp", "snmp", "", kNetwork, kTalk}, "community"},
    {"tunnel", kTunnel, {"", "", "", kNetwork, {"connection"}}, "tunnel_type"},
    {"weird", kWeird, {"", "", "alert", kNetwork, kNews}, "addl"},
    {"software", kSoftware, {"", "", "", {"host"}, kNews}, "software_type"},
    {"known_services", kKnownServices, {"", "", "", kNetwork, kNews}, "port_proto"},
    {"known_certs", kKnownServices, {"tcp", "", "", {"network", "file"}, kNews}, "issuer_subject"},
    {"known_hosts", kKnownHosts, {"", "", "", {"host"}, kNews}},
    {"syslog", kSyslog, {"udp", "syslog", "", kNetwork, kNews}, "facility"},
    {"radius", kRadius, {"udp", "radius", "", kLogin, kTalk}, "framed_addr"},
    {"socks", kSocks, {"tcp", "socks", "", kNetwork, kTalk}, "bound_p"},
    {"irc", kIrc, {"tcp", "irc", "", kNetwork, kTalk}, "nick"},
    {"ldap", kLdap, {"tcp", "ldap", "", kNetwork, kTalk}, "opcode"},
    {"ldap_search", kLdap, {"tcp", "ldap", "", kNetwork, kTalk}, "base_object"},
    {"x509", kX509, {"", "", "", {"file"}, kNews}, "certificate.version"},
    {"pe", {}, {"", "", "", {"file"}, kNews}, "is_exe"},
    {"ocsp", {}, {"", "", "", {"file"}, kNews}, "certStatus"},
    {"quic", kQuic, {"udp", "quic", "", kNetwork, kTalk}, "client_initial_dcid"},
    {"traceroute", kTraceroute, {"", "", "", kNetwork, kNews}},
    {"capture_loss", {}, {"", "", "metric", {}, kNews}, "percent_lost"},
    {"stats", {}, {"", "", "metric", {}, kNews}, "pkts_proc"},
    {"reporter", {}, {"", "", "", {"host"}, kNews}},
    {"packet_filter", {}, {"", "", "", {"host"}, kNews}},
    {"", {}, {"", "", "", kNetwork, kNews}},  // any other
};
// clang-format on

constexpr std::size_t kLogsCount = std::size(kLogs);

const std::array<Dialect, kLogsCount>& Dialects() {
  static const auto& dialects = *[] {
    auto* made = new std::array<Dialect, kLogsCount>;
    for (std::size_t i = 0; i < kLogsCount; ++i) {
      (*made)[i] = {.name = "zeek",
                    .label_prefix = "zeek.",
                    .members = kLogs[i].members,
                    .more_members = kCommon,
                    .conclude = ConcludeZeek,
                    .log = kLogs[i].name,
                    .number = static_cast<int>(i)};
    }
    return made;
  }();
  return dialects;
}

std::size_t IndexOf(absl::string_view log) {
  for (std::size_t i = 0; i + 1 < kLogsCount; ++i) {
    if (kLogs[i].name == log) return i;
  }
  return kLogsCount - 1;
}

}  // namespace

const Dialect& ZeekLog(absl::string_view log) {
  return Dialects()[IndexOf(log)];
}

bool IsZeekLog(absl::string_view log) {
  return IndexOf(log) + 1 < kLogsCount;
}

absl::string_view ZeekLogOfFile(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != path.npos) path.remove_prefix(slash + 1);
  if (!absl::StrContains(path, ".log") && !absl::StrContains(path, ".json")) return "";
  const std::size_t end = path.find_first_of(".-");
  absl::string_view stem = path.substr(0, end);
  // "SENSOR_conn.log", "conn_20260102.log": the longest name that stands between underscores.
  absl::string_view best;
  for (const Log& log : kLogs) {
    const std::size_t at = stem.find(log.name);
    if (at == stem.npos || log.name.size() <= best.size()) continue;
    const std::size_t after = at + log.name.size();
    if ((at == 0 || stem[at - 1] == '_') && (after == stem.size() || stem[after] == '_')) {
      best = log.name;
    }
  }
  return best;
}

void ZeekLogGuess::Add(absl::string_view name) {
  for (std::size_t i = 0; i < kLogsCount && i < best_; ++i) {
    if (kLogs[i].peculiar == name && !name.empty()) best_ = i;
  }
}

absl::string_view ZeekLogGuess::log() const {
  return best_ < kLogsCount ? kLogs[best_].name : absl::string_view();
}

const ZeekLogMeaning& ZeekMeaning(int number) {
  const auto index = static_cast<std::size_t>(number);
  return kLogs[index < kLogsCount ? index : kLogsCount - 1].meaning;
}

}  // namespace dims

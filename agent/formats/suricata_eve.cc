// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/suricata_eve.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

enum Note : std::uint8_t {
  kNone,
  kTime,
  kType,
  kAction,
  kAppProto,
  kIcmpType,
  kIcmpCode,
  kFlowStart,
  kFlowEnd,
  kFlowState,
  kUrl,
  kHost,
  kHttpProtocol,
  kHttpStatus,
  kRcode,
  kSni,
  kFingerprint,
  kJa3s,
  kFtpCommand,
  kFtpData,
  kKrbError,
  kSmbUser,
  kSmbStatus,
  kDhcpAddress,
  kDhcpHost,
  kVerdict,
  kSignature,
};

// clang-format off
constexpr DialectMember kMembers[] = {
    {"timestamp", Field::kCount, kTime},
    {"event_type", Field::kCount, kType},
    {"src_ip", Field::kSourceIp},
    {"src_port", Field::kSourcePort},
    {"dest_ip", Field::kDestinationIp},
    {"dest_port", Field::kDestinationPort},
    {"proto", Field::kNetworkTransport},
    {"app_proto", Field::kCount, kAppProto},
    {"community_id", Field::kNetworkCommunityId},
    {"vlan", Field::kNetworkVlanId},
    {"host", Field::kObserverName},
    {"icmp_type", Field::kCount, kIcmpType, true},
    {"icmp_code", Field::kCount, kIcmpCode, true},
    {"ether.src_mac", Field::kSourceMac},
    {"ether.dest_mac", Field::kDestinationMac},
    {"alert.action", Field::kCount, kAction, true},
    {"alert.signature", Field::kRuleName},
    {"alert.signature_id", Field::kRuleId, kSignature},
    {"alert.category", Field::kRuleCategory},
    {"alert.severity", Field::kEventSeverity},
    {"verdict.action", Field::kCount, kVerdict, true},
    {"flow.start", Field::kCount, kFlowStart},
    {"flow.end", Field::kCount, kFlowEnd},
    {"flow.state", Field::kCount, kFlowState, true},
    {"flow.reason", Field::kEventReason},
    {"flow.pkts_toserver", Field::kSourcePackets},
    {"flow.pkts_toclient", Field::kDestinationPackets},
    {"flow.bytes_toserver", Field::kSourceBytes},
    {"flow.bytes_toclient", Field::kDestinationBytes},
    {"netflow.start", Field::kCount, kFlowStart},
    {"netflow.end", Field::kCount, kFlowEnd},
    {"netflow.pkts", Field::kSourcePackets},
    {"netflow.bytes", Field::kSourceBytes},
    {"http.hostname", Field::kUrlDomain, kHost},
    {"http.url", Field::kCount, kUrl},
    {"http.http_user_agent", Field::kUserAgentOriginal},
    {"http.http_method", Field::kHttpRequestMethod},
    {"http.http_refer", Field::kHttpRequestReferrer},
    {"http.protocol", Field::kCount, kHttpProtocol},
    {"http.status", Field::kHttpResponseStatusCode, kHttpStatus},
    {"http.length", Field::kHttpResponseBytes},
    {"dns.rrname", Field::kDnsQuestionName},
    {"dns.rrtype", Field::kDnsQuestionType},
    {"dns.rcode", Field::kDnsResponseCode, kRcode},
    {"dns.query.rrname", Field::kDnsQuestionName},
    {"dns.query.rrtype", Field::kDnsQuestionType},
    {"dns.queries.rrname", Field::kDnsQuestionName},
    {"dns.queries.rrtype", Field::kDnsQuestionType},
    {"dns.answer.rrname", Field::kDnsQuestionName},
    {"dns.answer.rrtype", Field::kDnsQuestionType},
    {"dns.answer.rcode", Field::kDnsResponseCode, kRcode},
    {"dns.rdata", Field::kDnsResolvedIp, kNone, true},
    {"dns.answers.rdata", Field::kDnsResolvedIp, kNone, true},
    {"dns.answer.answers.rdata", Field::kDnsResolvedIp, kNone, true},
    {"dns.grouped.A", Field::kDnsResolvedIp},
    {"dns.grouped.AAAA", Field::kDnsResolvedIp},
    {"dns.answer.grouped.A", Field::kDnsResolvedIp},
    {"dns.answer.grouped.AAAA", Field::kDnsResolvedIp},
    {"tls.sni", Field::kCount, kSni},
    {"tls.fingerprint", Field::kCount, kFingerprint, true},
    {"tls.ja3.hash", Field::kTlsClientJa3},
    {"tls.ja3s.hash", Field::kCount, kJa3s, true},
    {"quic.sni", Field::kCount, kSni},
    {"quic.ja3.hash", Field::kTlsClientJa3},
    {"fileinfo.filename", Field::kFilePath},
    {"fileinfo.md5", Field::kFileHashMd5},
    {"fileinfo.sha1", Field::kFileHashSha1},
    {"fileinfo.sha256", Field::kFileHashSha256},
    {"ftp.command", Field::kCount, kFtpCommand, true},
    {"ftp.command_data", Field::kCount, kFtpData, true},
    {"ftp_data.filename", Field::kFilePath},
    {"krb5.cname", Field::kUserName},
    {"krb5.realm", Field::kUserDomain},
    {"krb5.error_code", Field::kCount, kKrbError, true},
    {"smb.ntlmssp.user", Field::kUserName, kSmbUser},
    {"smb.ntlmssp.domain", Field::kUserDomain},
    {"smb.status", Field::kCount, kSmbStatus, true},
    {"smb.filename", Field::kFilePath},
    {"rfb.authentication.security_result", Field::kCount, kSmbStatus, true},
    {"tftp.file", Field::kFilePath},
    {"nfs.filename", Field::kFilePath},
    {"dhcp.client_mac", Field::kSourceMac},
    {"dhcp.assigned_ip", Field::kCount, kDhcpAddress, true},
    {"dhcp.hostname", Field::kCount, kDhcpHost, true},
    {"anomaly.event", Field::kEventReason},
    {"drop.reason", Field::kEventReason},
};

// What the types of record mean; others are what an application's protocol did.
struct TypeMeaning {
  absl::string_view type;
  EventMeaning meaning;
};

constexpr TypeMeaning kTypes[] = {
    {"alert", {"intrusion_detection", "", "", ""}},
    {"flow", {"network", "connection", "", ""}},
    {"netflow", {"network", "connection", "", ""}},
    {"fileinfo", {"network", "info", "", ""}},
    {"stats", {"network", "info", "", ""}},
    {"anomaly", {"network", "info", "", ""}},
    {"drop", {"network", "denied", "", "failure"}},
    {"packet", {"network", "info", "", ""}},
    {"arp", {"network", "info", "", ""}},
};

// clang-format on

// The types of record that are not named after their protocol.
bool IsProtocol(absl::string_view type) {
  for (const TypeMeaning& known : kTypes) {
    if (known.type == type) return false;
  }
  return true;
}

void SetTime(const RecordNotes& notes, Record& record) {
  const RecordValue& value = notes[kTime];
  record.result.time_ns = value.AsTime();
  if (record.result.time_ns || !value.has_value()) return;
  const auto clock = ReadIsoClock(value.AsText());
  if (clock && clock->length == value.AsText().size()) {
    record.result.clock = clock;
  } else {
    record.writer.String("labels.suricata.timestamp", value.AsText());
  }
}

void ConcludeAlert(Record& record) {
  EventRow& row = record.row;
  row.Keyword(Field::kEventKind, "alert");
  row.Means({"intrusion_detection", "", "", ""});
  row.Means({"network", "", "", ""});
  const absl::string_view action = record.notes[kAction].AsText();
  const absl::string_view verdict = record.notes[kVerdict].AsText();
  if (action == "blocked" || verdict == "drop" || verdict == "reject") {
    row.Means({"", "denied", "", "failure"});
  } else {
    row.Means({"", action == "allowed" ? "allowed" : "info", "", ""});
  }
}

// A moment of the flow; what is none stays a label.
std::optional<std::int64_t> SetMoment(Record& record, Note note, Field field,
                                      absl::string_view label) {
  const RecordValue& value = record.notes[note];
  if (!value.has_value()) return std::nullopt;
  const auto moment = value.AsTime();
  if (moment) {
    record.row.Integer(field, *moment);
  } else {
    record.writer.String(label, value.AsText());
  }
  return moment;
}

void ConcludeFlow(absl::string_view type, Record& record) {
  const auto start =
      SetMoment(record, kFlowStart, Field::kEventStart, "labels.suricata.flow.start");
  const auto end = SetMoment(record, kFlowEnd, Field::kEventEnd, "labels.suricata.flow.end");
  if (type != "flow" && type != "netflow") return;
  if (start && end && *end >= *start) record.row.Integer(Field::kEventDuration, *end - *start);
  const absl::string_view state = record.notes[kFlowState].AsText();
  if (state == "new") record.row.Means({"", "start", "", ""});
  if (state == "closed") record.row.Means({"", "end", "", ""});
}

void ConcludeHttp(Record& record) {
  EventRow& row = record.row;
  const RecordNotes& notes = record.notes;
  SetUrl(notes[kUrl].AsText(), row);
  absl::string_view version = notes[kHttpProtocol].AsText();
  absl::ConsumePrefix(&version, "HTTP/");
  row.Keyword(Field::kHttpVersion, version);
}

void SetHost(absl::string_view host, EventRow& row) {
  if (!host.empty() && !row.Has(Field::kDestinationDomain) && !IpAddress::Parse(host)) {
    row.Keyword(Field::kDestinationDomain, host);
  }
  if (!host.empty()) row.builder().AddKeyword(Field::kRelatedHosts, host);
}

// "36:3f:ee" is known elsewhere as "363FEE".
void AddFingerprint(absl::string_view fingerprint, EventRow& row) {
  if (fingerprint.empty() || fingerprint.size() > 256) return;
  std::string digits;
  for (const char c : fingerprint) {
    if (c != ':') digits.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  row.builder().AddKeyword(Field::kRelatedHash, digits);
}

absl::string_view OutcomeOf(absl::string_view type, const RecordNotes& notes) {
  if (type == "http") {
    const auto status = notes[kHttpStatus].AsInteger();
    if (!status) return "";
    return *status < 400 ? "success" : "failure";
  }
  if (type == "dns" && notes.Has(kRcode)) {
    return notes[kRcode].AsText() == "NOERROR" ? "success" : "failure";
  }
  if (type == "krb5") return notes.Has(kKrbError) ? "failure" : "success";
  if (type == "smb" && notes.Has(kSmbStatus)) {
    return notes[kSmbStatus].AsText() == "STATUS_SUCCESS" ? "success" : "failure";
  }
  return "";
}

void ConcludeProtocol(absl::string_view type, Record& record) {
  EventRow& row = record.row;
  row.Means({"network", "", "", ""});
  if (type == "http") row.Means({"web", "access", "", ""});
  if (type == "krb5" || (type == "smb" && record.notes.Has(kSmbUser))) {
    row.Means({"authentication", "", "", ""});
  }
  row.Means({"", "protocol", "", OutcomeOf(type, record.notes)});
  if (!row.Has(Field::kNetworkProtocol)) row.Keyword(Field::kNetworkProtocol, type);
}

void SetNames(Record& record) {
  EventRow& row = record.row;
  const RecordNotes& notes = record.notes;
  SetHost(notes[kHost].AsText(), row);
  const absl::string_view server = absl::StripSuffix(notes[kSni].AsText(), ".");
  row.Keyword(Field::kTlsClientServerName, server);
  SetHost(server, row);
  if (notes.Has(kFingerprint)) AddFingerprint(notes[kFingerprint].AsText(), row);
  if (notes.Has(kJa3s)) row.builder().AddKeyword(Field::kRelatedHash, notes[kJa3s].AsText());
  if (notes[kFtpCommand].AsText() == "USER") row.User(Field::kUserName, notes[kFtpData].AsText());
  if (const auto address = IpAddress::Parse(notes[kDhcpAddress].AsText())) {
    row.builder().AddIp(Field::kRelatedIp, *address);
  }
  if (!notes[kDhcpHost].AsText().empty()) {
    row.builder().AddKeyword(Field::kRelatedHosts, notes[kDhcpHost].AsText());
  }
}

void Conclude(Record& record) {
  EventRow& row = record.row;
  const RecordNotes& notes = record.notes;
  SetTime(notes, record);
  absl::string_view type = notes[kType].AsText();
  if (type.empty() && (notes.Has(kAction) || notes.Has(kSignature))) type = "alert";
  row.Keyword(Field::kEventAction, type);
  row.Keyword(Field::kObserverVendor, "OISF");
  row.Keyword(Field::kObserverType, "ids");
  const absl::string_view protocol = notes[kAppProto].AsText();
  if (protocol == "failed" || protocol == "unknown") {
    record.writer.String("labels.suricata.app_proto", protocol);
  } else {
    row.Keyword(Field::kNetworkProtocol, protocol);
  }
  const auto icmp_type = notes[kIcmpType].AsInteger();
  if (icmp_type) row.IcmpTypeAndCode(*icmp_type, notes[kIcmpCode].AsInteger().value_or(0));
  SetNames(record);
  if (notes.Has(kUrl) || notes.Has(kHttpProtocol)) ConcludeHttp(record);
  if (type == "alert") {
    ConcludeAlert(record);
  } else if (IsProtocol(type)) {
    ConcludeProtocol(type, record);
  } else {
    for (const TypeMeaning& known : kTypes) {
      if (known.type == type) row.Means(known.meaning);
    }
    if (type == "stats") row.Keyword(Field::kEventKind, "metric");
  }
  ConcludeFlow(type, record);
}

constexpr Dialect kDialect = {
    .name = "suricata.eve", .label_prefix = "suricata.", .members = kMembers, .conclude = Conclude};

}  // namespace

const Dialect& SuricataEve() {
  return kDialect;
}

bool IsSuricataEve(const RecordMarks& marks) {
  if (!marks.HasAll(RecordMarks::kTimestamp)) return false;
  if (marks.HasAll(RecordMarks::kFlowId)) {
    return marks.HasAny(RecordMarks::kEventType | RecordMarks::kAlert);
  }
  return marks.HasAll(RecordMarks::kEventType) &&
         marks.HasAny(RecordMarks::kStats | RecordMarks::kSrcIp | RecordMarks::kInterface |
                      RecordMarks::kAlert);
}

}  // namespace dims

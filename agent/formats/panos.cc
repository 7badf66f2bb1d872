// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/panos.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"
#include "agent/formats/keyed_fields.h"
#include "agent/formats/panos_columns.h"
#include "agent/formats/panos_meaning.h"

namespace dims {
namespace {

constexpr std::size_t kColumnsMax = 200;
constexpr std::size_t kHeadColumns = 7;
// Below, a time in high resolution was not set: 1980.
constexpr std::int64_t kTimeMinNanos = 315'532'800'000'000'000;

enum Slot : std::uint8_t {
  kSourceUser,
  kTargetUser,
  kFrom,
  kTo,
  kAction,
  kMisc,
  kThreat,
  kDigest,
  kHighRes,
  kEvent,
  kResult,
  kOpaque,
  kTunnelRule,
};

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"src", KeyRole::kSourceEnd},
    {"dst", KeyRole::kTargetEnd},
    {"ip", KeyRole::kSourceEnd},
    {"host", KeyRole::kSourceEnd},
    {"public_ip", KeyRole::kSourceEnd},
    {"public_ipv6", KeyRole::kSourceEnd},
    {"natsrc", KeyRole::kAddress, Field::kSourceNatIp},
    {"natdst", KeyRole::kAddress, Field::kDestinationNatIp},
    {"sport", KeyRole::kSourcePort},
    {"dport", KeyRole::kTargetPort},
    {"proto", KeyRole::kTransport},
    {"app", KeyRole::kKeyword, Field::kNetworkProtocol},
    {"rule", KeyRole::kKeyword, Field::kRuleName},
    {"tunnel_insp_rule", kSlotRole, kNone, kTunnelRule},
    {"srcuser", kSlotRole, kNone, kSourceUser},
    {"user", kSlotRole, kNone, kSourceUser},
    {"admin", kSlotRole, kNone, kSourceUser},
    {"dstuser", kSlotRole, kNone, kTargetUser},
    {"from", kSlotRole, kNone, kFrom},
    {"to", kSlotRole, kNone, kTo},
    {"action", kSlotRole, kNone, kAction},
    {"misc", kSlotRole, kNone, kMisc},
    {"threatid", kSlotRole, kNone, kThreat},
    {"filedigest", kSlotRole, kNone, kDigest},
    {"high_res_timestamp", kSlotRole, kNone, kHighRes},
    {"eventid", kSlotRole, kNone, kEvent},
    {"event", kSlotRole, kNone, kEvent},
    {"cmd", kSlotRole, kNone, kEvent},
    {"result", kSlotRole, kNone, kResult},
    {"status", kSlotRole, kNone, kResult},
    {"opaque", kSlotRole, kNone, kOpaque},
    {"severity", KeyRole::kKeyword, Field::kLogLevel},
    {"bytes_sent", KeyRole::kInteger, Field::kSourceBytes},
    {"bytes_received", KeyRole::kInteger, Field::kDestinationBytes},
    {"pkts_sent", KeyRole::kInteger, Field::kSourcePackets},
    {"pkts_received", KeyRole::kInteger, Field::kDestinationPackets},
    {"elapsed", KeyRole::kSeconds},
    {"device_name", KeyRole::kHost, Field::kObserverName},
    {"machinename", KeyRole::kHost, Field::kSourceDomain},
    {"src_host", KeyRole::kHost, Field::kSourceDomain},
    {"dst_host", KeyRole::kHost, Field::kDestinationDomain},
    {"src_mac", KeyRole::kKeyword, Field::kSourceMac},
    {"mac", KeyRole::kKeyword, Field::kSourceMac},
    {"dst_mac", KeyRole::kKeyword, Field::kDestinationMac},
    {"user_agent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"http_method", KeyRole::kKeyword, Field::kHttpRequestMethod},
    {"referer", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"sni", KeyRole::kHost, Field::kTlsClientServerName},
    {"session_end_reason", KeyRole::kKeyword, Field::kEventReason},
    {"reason", KeyRole::kKeyword, Field::kEventReason},
    {"error", KeyRole::kKeyword, Field::kEventReason},
    {"desc", KeyRole::kKeyword, Field::kEventReason},
    {"evidence", KeyRole::kKeyword, Field::kEventReason},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.panw.", kRules);
  return table;
}

// The next value of the line, which begins with a quote, without its quotes; `scratch` keeps those
// that had doubled ones.
absl::string_view NextQuoted(TextCursor& cursor, std::string& scratch) {
  cursor.Skip(1);
  const absl::string_view rest = cursor.rest();
  std::size_t end = 0;
  bool doubled = false;
  while ((end = FindByte(rest, '"', end)) != rest.npos && end + 1 < rest.size() &&
         rest[end + 1] == '"') {
    doubled = true;
    end += 2;
  }
  const absl::string_view value = rest.substr(0, end);
  cursor.Skip(value.size() + 1);
  cursor.TakeUntil(',');
  if (!doubled) return value;
  const std::size_t begin = scratch.size();  // reserved: earlier values stay where they are
  for (std::size_t i = 0; i < value.size(); ++i) {
    scratch.push_back(value[i]);
    if (value[i] == '"') ++i;
  }
  return absl::string_view(scratch).substr(begin);
}

// The next value of the line, unquoted.
inline absl::string_view NextColumn(TextCursor& cursor, std::string& scratch) {
  if (cursor.Peek() == '"') return NextQuoted(cursor, scratch);
  // Most are empty or short: a loop is done before memchr has started.
  const absl::string_view rest = cursor.rest();
  std::size_t length = 0;
  while (length < rest.size() && rest[length] != ',') ++length;
  cursor.Skip(length + 1);
  return rest.substr(0, length);
}

// "2026/01/02 03:04:05"; of the cloud's log service "2026-01-02T03:04:05.000000Z".
bool IsPanosTime(absl::string_view text) {
  return text.size() >= 19 && (text[4] == '/' || text[4] == '-') && text[7] == text[4] &&
         (text[10] == ' ' || text[10] == 'T') && text[13] == ':' && IsDigit(text[0]);
}

// Some releases write it with nanoseconds.
std::optional<ClockText> ReadPanosClock(absl::string_view text) {
  if (!IsPanosTime(text)) return std::nullopt;
  std::string iso(text);
  iso[4] = iso[7] = '-';
  auto clock = ReadIsoClock(iso);
  if (clock) clock->style = ClockStyle::kOther;
  return clock;
}

bool SaysNothing(absl::string_view name, absl::string_view value) {
  if (value.empty()) return true;
  switch (value.front()) {
    case 'N':
      return value == "N/A";
    case 'u':
      return value == "unknown";
    case '0':  // stands for no address, but not where a packet had it
      return value == "0.0.0.0" && name != "src" && name != "dst";
    default:
      return false;
  }
}

// "EXAMPLE\alice", "example.org\\alice", "alice@example.org".
void SetUser(absl::string_view user, Field field, EventRow& row) {
  const std::size_t slash = user.find('\\');
  if (slash != user.npos && slash + 1 < user.size()) {
    if (field == Field::kUserName) row.Keyword(Field::kUserDomain, user.substr(0, slash));
    user = user.substr(user.rfind('\\') + 1);
  }
  row.User(field, user);
}

// "LDAP: User Login Brute Force Attempt(40005)".
void SetThreatId(absl::string_view threat, EventRow& row) {
  const std::size_t open = threat.rfind('(');
  if (open != threat.npos && threat.back() == ')') {
    row.Keyword(Field::kEventCode, threat.substr(open + 1, threat.size() - open - 2));
    threat = threat.substr(0, open);
  }
  if (!threat.empty()) row.Keyword(Field::kEventReason, threat);
}

void SetMisc(KeyedFields& fields, absl::string_view subtype, EventRow& row) {
  const absl::string_view misc = fields.slot(kMisc);
  if (misc.empty()) return;
  const bool is_file = absl::StartsWith(subtype, "file") || absl::StartsWith(subtype, "wildfire") ||
                       absl::StrContains(subtype, "virus") || absl::StartsWith(subtype, "data");
  if (subtype == "url" || (!is_file && FindByte(misc, '/') != misc.npos)) {
    SetUrl(misc, {}, row);
  } else if (absl::StrContains(misc, "://")) {
    SetUrl(misc, {}, row);
  } else {
    row.Keyword(Field::kFilePath, misc);
  }
}

// Which way by the zones every installation begins with.
void SetDirection(KeyedFields& fields, EventRow& row) {
  const absl::string_view from = fields.slot(kFrom);
  const absl::string_view to = fields.slot(kTo);
  fields.Label("from", from);
  fields.Label("to", to);
  const bool inside = from == "trust";
  if ((!inside && from != "untrust") || (to != "trust" && to != "untrust")) return;
  if (to == "trust") {
    row.Keyword(Field::kNetworkDirection, inside ? "internal" : "inbound");
  } else {
    row.Keyword(Field::kNetworkDirection, inside ? "outbound" : "external");
  }
}

// What stands between `before` and `end`; empty when it is not there.
absl::string_view Between(absl::string_view text, absl::string_view before, char end) {
  const std::size_t at = text.find(before);
  if (at == text.npos) return {};
  const absl::string_view rest = text.substr(at + before.size());
  return rest.substr(0, FindByte(rest, end));
}

// "failed authentication for user 'alice'.  Reason: Invalid username/password. ... From:
// 192.0.2.1."
void SetDescription(absl::string_view text, bool authentication, EventRow& row) {
  if (text.empty()) return;
  text = absl::StripAsciiWhitespace(text);
  absl::string_view reason = text;
  if (const std::size_t at = text.find("Reason: "); at != text.npos) {
    const absl::string_view rest = text.substr(at + 8);
    const std::size_t end = FindByte(rest, '.');
    reason = rest.substr(0, end == rest.npos ? end : end + 1);
  }
  row.Keyword(Field::kEventReason, reason);
  if (!authentication) return;
  SetUser(Between(text, "user '", '\''), Field::kUserName, row);
  absl::string_view from = Between(text, "From: ", ' ');
  while (!from.empty() && (from.back() == '.' || from.back() == ',')) from.remove_suffix(1);
  if (!row.Has(Field::kSourceIp)) row.Source(from);
  row.Destination(Between(text, "server address '", '\''));
}

void SetTime(const KeyedFields& fields, absl::string_view generated, TextResult& result) {
  const auto exact = ReadTimeValue(fields.slot(kHighRes));
  if (exact && *exact > kTimeMinNanos) {
    result.time_ns = exact;
    return;
  }
  result.clock = ReadPanosClock(generated);
  if (result.clock && result.clock->has_zone) result.time_ns = CompleteTime(*result.clock);
}

void SetColumns(TextCursor& cursor, absl::string_view type, std::string& scratch,
                KeyedFields& fields) {
  const auto columns = PanosColumns(type);
  for (std::size_t at = 0; !cursor.empty() && at < kColumnsMax; ++at) {
    const absl::string_view value = NextColumn(cursor, scratch);
    if (at >= columns.size()) {
      if (!value.empty()) fields.Label(absl::StrCat("column_", at + kHeadColumns), value);
    } else if (!columns[at].empty() && !SaysNothing(columns[at], value)) {
      fields.Set(columns[at], value);
    }
  }
}

void SetPeople(const KeyedFields& fields, EventRow& row) {
  SetUser(fields.slot(kSourceUser), Field::kUserName, row);
  SetUser(fields.slot(kTargetUser), Field::kUserTargetName, row);
}

void SetKind(KeyedFields& fields, absl::string_view type, absl::string_view subtype,
             EventRow& row) {
  absl::string_view result = fields.slot(kResult);
  const absl::string_view opaque = fields.slot(kOpaque);
  const bool authentication = type == "SYSTEM" && (subtype == "auth" || subtype == "globalprotect");
  // The text knows better than the event's name.
  if (authentication && absl::StartsWith(opaque, "failed ")) result = "failed";
  const absl::string_view event = type == "USERID" ? subtype : fields.slot(kEvent);
  SetPanosMeaning({type, subtype, fields.slot(kAction), event, result}, row);
  if (type == "GLOBALPROTECT") {
    fields.Label("opaque", opaque);
  } else {
    SetDescription(opaque, authentication, row);
  }
  row.Keyword(Field::kRuleName, fields.slot(kTunnelRule));
  if (type == "USERID" || type == "IPTAG" || type == "SYSTEM") {
    row.Keyword(Field::kEventCode, fields.slot(kEvent));
  }
  fields.Label("type", type);
  if (subtype != "0") fields.Label("subtype", subtype);
  fields.Label("action", fields.slot(kAction));
  fields.Label("result", fields.slot(kResult));
}

// "0123,2026/01/02 03:04:05,audit,2561,gui-op,alice,<show/>,success": what administrators did.
std::optional<TextResult> ParseAudit(TextCursor cursor, std::string& scratch, EventRow& row) {
  KeyedFields fields(row, Keys());
  fields.Label("serial", NextColumn(cursor, scratch));
  TextResult result;
  result.clock = ReadPanosClock(NextColumn(cursor, scratch));
  NextColumn(cursor, scratch);
  NextColumn(cursor, scratch);
  const absl::string_view event = NextColumn(cursor, scratch);
  SetUser(NextColumn(cursor, scratch), Field::kUserName, row);
  fields.Label("command", NextColumn(cursor, scratch));
  SetPanosMeaning({"CONFIG", "", "", event, NextColumn(cursor, scratch)}, row);
  return result;
}

bool IsAudit(absl::string_view text) {
  const std::size_t comma = FindByte(text, ',');
  return comma != text.npos && comma > 0 && IsPanosTime(text.substr(comma + 1)) &&
         absl::StartsWith(text.substr(comma + 1).substr(19), ",audit,");
}

void SetObserver(EventRow& row) {
  row.Keyword(Field::kObserverVendor, "Palo Alto Networks");
  row.Keyword(Field::kObserverType, "firewall");
}

// Where the record begins: the syslog header may have taken its first column for a tag.
absl::string_view RecordOf(const TextInput& input) {
  return IsDigit(input.tagged.empty() ? ' ' : input.tagged.front()) ? input.tagged : input.text;
}

}  // namespace

bool IsPanos(const TextInput& input) {
  const absl::string_view text = RecordOf(input);
  TextCursor cursor(text);
  if (!cursor.TakeNumber(2) || !cursor.Consume(',')) return IsAudit(text);
  if (!IsPanosTime(cursor.rest())) return IsAudit(text);
  cursor.TakeUntil(',');
  cursor.TakeUntil(',');
  return !PanosColumns(cursor.TakeUntil(',')).empty();
}

std::optional<TextResult> ParsePanos(const TextInput& input, EventRow& row) {
  const absl::string_view text = RecordOf(input);
  std::string scratch;
  if (FindByte(text, '"') != text.npos) scratch.reserve(text.size());
  TextCursor cursor(text);
  if (IsAudit(text)) {
    SetObserver(row);
    return ParseAudit(cursor, scratch, row);
  }
  cursor.TakeUntil(',');
  const absl::string_view received = cursor.TakeUntil(',');
  const absl::string_view serial = cursor.TakeUntil(',');
  const absl::string_view type = cursor.TakeUntil(',');
  if (!IsPanosTime(received) || PanosColumns(type).empty()) return std::nullopt;
  SetObserver(row);
  const absl::string_view subtype = NextColumn(cursor, scratch);
  NextColumn(cursor, scratch);
  const absl::string_view generated = NextColumn(cursor, scratch);
  KeyedFields fields(row, Keys());
  fields.Label("serial", serial);
  SetColumns(cursor, type, scratch, fields);
  SetKind(fields, type, subtype, row);
  SetThreatId(fields.slot(kThreat), row);
  SetPeople(fields, row);
  SetMisc(fields, subtype, row);
  SetDirection(fields, row);
  if (!fields.slot(kDigest).empty() && !SetFileHash(fields.slot(kDigest), row)) {
    fields.Label("filedigest", fields.slot(kDigest));
  }
  TextResult result;
  SetTime(fields, IsPanosTime(generated) ? generated : received, result);
  return result;
}

}  // namespace dims

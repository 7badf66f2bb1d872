// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_ftd_event.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/keyed_fields.h"

namespace dims {
namespace {

constexpr std::size_t kKeyBytesMax = 40;
constexpr int kPairsMax = 128;

struct Meaning {
  int number;
  EventMeaning meaning;
  absl::string_view more_category;
  absl::string_view more_type;
};

constexpr Meaning kMeanings[] = {
    {430001, {"intrusion_detection", "info", "intrusion-detected", ""}, "network", ""},
    {430002, {"network", "connection", "connection-started", ""}, "", "start"},
    {430003, {"network", "connection", "connection-finished", ""}, "", "end"},
    {430004, {"file", "info", "file-detected", ""}, "network", ""},
    {430005, {"malware", "info", "malware-detected", ""}, "file", ""},
};

enum Slot : std::uint8_t { kRuleAction, kInlineResult };

constexpr KeyRule kRules[] = {
    {"SrcIP", KeyRole::kSourceEnd},
    {"DstIP", KeyRole::kTargetEnd},
    {"SrcPort", KeyRole::kSourcePort},
    {"DstPort", KeyRole::kTargetPort},
    {"Protocol", KeyRole::kTransport},
    {"User", KeyRole::kUser, Field::kUserName},
    {"AccessControlRuleAction", KeyRole::kSlot, Field::kCount, kRuleAction},
    {"InlineResult", KeyRole::kSlot, Field::kCount, kInlineResult},
    {"AccessControlRuleName", KeyRole::kKeyword, Field::kRuleName},
    {"Message", KeyRole::kKeyword, Field::kRuleName},
    {"AccessControlRuleReason", KeyRole::kKeyword, Field::kEventReason},
    {"ApplicationProtocol", KeyRole::kLowerKeyword, Field::kNetworkProtocol},
    {"InitiatorBytes", KeyRole::kInteger, Field::kSourceBytes},
    {"ResponderBytes", KeyRole::kInteger, Field::kDestinationBytes},
    {"InitiatorPackets", KeyRole::kInteger, Field::kSourcePackets},
    {"ResponderPackets", KeyRole::kInteger, Field::kDestinationPackets},
    {"ConnectionDuration", KeyRole::kSeconds},
    {"FirstPacketSecond", KeyRole::kTime, Field::kEventStart},
    {"URL", KeyRole::kUrl},
    {"URI", KeyRole::kUrl},
    {"ReferencedHost", KeyRole::kHost, Field::kUrlDomain},
    {"HTTP_Hostname", KeyRole::kHost, Field::kUrlDomain},
    {"HTTPReferer", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"HTTPResponse", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"UserAgent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"DNSQuery", KeyRole::kHost, Field::kDnsQuestionName},
    {"DNSRecordType", KeyRole::kKeyword, Field::kDnsQuestionType},
    {"DNSResponseType", KeyRole::kKeyword, Field::kDnsResponseCode},
    {"FileSHA256", KeyRole::kHash, Field::kFileHashSha256},
    {"NAT_InitiatorIP", KeyRole::kAddress, Field::kSourceNatIp},
    {"NAT_ResponderIP", KeyRole::kAddress, Field::kDestinationNatIp},
    {"VLAN_ID", KeyRole::kKeyword, Field::kNetworkVlanId},
    {"SID", KeyRole::kKeyword, Field::kRuleId},
    {"Classification", KeyRole::kKeyword, Field::kRuleCategory},
    {"SSLServerName", KeyRole::kKeyword, Field::kTlsClientServerName},
};

const KeyTable& Keys() {
  // Built on first use and never changed: a table, not state.
  static const auto& keys = *new KeyTable("labels.cisco.ftd.", kRules);
  return keys;
}

// Length of a key with its colon at the front of `text`; 0: none. "Prefilter Policy: " has a blank.
std::size_t KeyLength(absl::string_view text) {
  std::size_t length = 0;
  int blanks = 0;
  while (length < text.size() && length <= kKeyBytesMax) {
    const char c = text[length];
    if (c == ':') break;
    if (c == ' ' ? ++blanks > 1 : !(IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '/')) {
      return 0;
    }
    ++length;
  }
  if (length == 0 || length > kKeyBytesMax || length >= text.size()) return 0;
  if (!IsAsciiLetter(text.front()) || text[length] != ':') return 0;
  // "http://" is a value, "FileCount:," a key without one.
  const char next = length + 1 < text.size() ? text[length + 1] : ' ';
  return next == ' ' || next == ',' ? length + 1 : 0;
}

// Reads pair after pair; a comma ends a value only where a key follows.
class PairReader {
 public:
  explicit PairReader(absl::string_view text) : text_(text) {}

  bool Next(absl::string_view* key, absl::string_view* value) {
    const std::size_t length = KeyLength(text_);
    if (length == 0) return false;
    *key = text_.substr(0, length - 1);
    text_ = absl::StripLeadingAsciiWhitespace(text_.substr(length));
    std::size_t end = FindByte(text_, ',');
    std::size_t next = 0;
    for (; end != text_.npos; end = FindByte(text_, ',', end + 1)) {
      next = end + 1;
      while (next < text_.size() && text_[next] == ' ') ++next;
      if (next == text_.size() || KeyLength(text_.substr(next)) > 0) break;
    }
    *value = absl::StripAsciiWhitespace(text_.substr(0, end));
    text_ = end == text_.npos ? absl::string_view() : text_.substr(next);
    return true;
  }

 private:
  absl::string_view text_;
};

void SetVerdict(absl::string_view value, EventRow& row) {
  const bool denied = absl::StrContains(value, "Block") || absl::StrContains(value, "Drop") ||
                      absl::StrContains(value, "Reset");
  const bool allowed = absl::StartsWith(value, "Allow") || value == "Trust" ||
                       absl::StartsWith(value, "Fastpath") || value == "Monitor";
  if (!denied && !allowed) return;
  row.builder().AddKeyword(Field::kEventType, denied ? "denied" : "allowed");
  row.Keyword(Field::kEventOutcome, denied ? "failure" : "success");
}

void SetSlots(KeyedFields& fields) {
  SetVerdict(fields.slot(kInlineResult), fields.row());
  SetVerdict(fields.slot(kRuleAction), fields.row());
  fields.Label("AccessControlRuleAction", fields.slot(kRuleAction));
  fields.Label("InlineResult", fields.slot(kInlineResult));
}

// What kind of event it is when no tag says so.
int NumberByKeys(absl::string_view text) {
  if (absl::StrContains(text, "FileSHA256: ") || absl::StrContains(text, "FileAction: ")) {
    return absl::StrContains(text, "SHA_Disposition: ") ? 430005 : 430004;
  }
  if (absl::StrContains(text, "ResponderBytes: ")) return 430003;
  if (absl::StrContains(text, "AccessControlRuleAction: ")) return 430002;
  return 430001;
}

// The audit log ends its lines with the names of a line feed and a NUL, each after a blank or a
// NUL.
constexpr absl::string_view kAuditEnd = "x00";
constexpr absl::string_view kAuditLineFeed = "x0a";
constexpr std::size_t kAuditEndBytesMax = 16;

// `text` without that end; empty: it has none.
absl::string_view WithoutAuditEnd(absl::string_view text) {
  if (!absl::EndsWith(text, kAuditEnd)) return {};
  const std::size_t feed = text.rfind(kAuditLineFeed);
  if (feed == text.npos || feed + kAuditEndBytesMax < text.size()) return {};
  text = text.substr(0, feed);
  while (absl::ConsumeSuffix(&text, " ") || absl::ConsumeSuffix(&text, "\\x00")) {
  }
  return text;
}

}  // namespace

bool IsManagementAudit(absl::string_view text) {
  const absl::string_view line = WithoutAuditEnd(text);
  return absl::StrContains(line, ": ") && absl::StrContains(line, ", ");
}

void ParseManagementAudit(absl::string_view text, EventRow& row) {
  TextCursor cursor(WithoutAuditEnd(text));
  const absl::string_view host = cursor.TakeUntil(':');
  cursor.SkipBlanks();
  const absl::string_view who = cursor.TakeUntil(',');
  const std::size_t at = FindByte(who, '@');
  row.Keyword(Field::kHostName, host);
  row.Keyword(Field::kObserverName, host);
  row.User(Field::kUserName, who.substr(0, at));
  if (at != who.npos) row.Source(who.substr(at + 1));
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(cursor.rest());
  const std::size_t comma = rest.rfind(", ");
  const absl::string_view what = comma == rest.npos ? rest : rest.substr(comma + 2);
  row.Label("labels.cisco.ftd.menu",
            comma == rest.npos ? absl::string_view() : rest.substr(0, comma));
  row.Keyword(Field::kEventReason, what);
  const bool login = absl::StartsWith(what, "Login ");
  if (login) {
    const bool failed = absl::StrContains(what, "Fail");
    row.Means({"authentication", "start", failed ? "logon-failed" : "logged-in",
               failed ? "failure" : "success"});
  } else {
    row.Means({"configuration", what == "Page View" ? "access" : "change", "", ""});
  }
}

bool LooksLikeFtdEvent(absl::string_view text) {
  if (text.empty() || FindByte("EDAS", text.front()) == absl::string_view::npos) return false;
  for (const absl::string_view key :
       {"EventPriority: ", "DeviceUUID: ", "AccessControlRuleAction: ", "SrcIP: ",
        "ApplicationProtocol: "}) {
    if (absl::StartsWith(text, key)) {
      return absl::StrContains(text, "SrcIP: ") && absl::StrContains(text, "DstIP: ");
    }
  }
  return false;
}

bool ParseFtdEvent(int number, absl::string_view text, EventRow& row) {
  if (KeyLength(text) == 0) return false;
  if (number == 0) {
    number = NumberByKeys(text);
    row.Keyword(Field::kEventCode, absl::StrCat(number));
  }
  for (const Meaning& known : kMeanings) {
    if (known.number != number) continue;
    row.Means(known.meaning);
    if (!known.more_category.empty()) {
      row.builder().AddKeyword(Field::kEventCategory, known.more_category);
    }
    if (!known.more_type.empty()) row.builder().AddKeyword(Field::kEventType, known.more_type);
  }
  if (number == 430001 || number == 430005) row.Keyword(Field::kEventKind, "alert");
  KeyedFields fields(row, Keys());
  PairReader reader(text);
  absl::string_view key;
  absl::string_view value;
  for (int pairs = 0; pairs < kPairsMax && reader.Next(&key, &value); ++pairs) {
    if (key == "IngressInterface") {
      row.Label("labels.observer.ingress.interface.name", value);
    } else if (key == "EgressInterface") {
      row.Label("labels.observer.egress.interface.name", value);
    } else {
      fields.Set(key, value);
    }
  }
  SetSlots(fields);
  return true;
}

}  // namespace dims

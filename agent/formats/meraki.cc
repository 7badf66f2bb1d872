// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/meraki.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/keyed_fields.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

constexpr int kPairsMax = 64;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsMin = 1'000'000'000;  // 2001
constexpr std::int64_t kSecondsMax = 8'000'000'000;  // 2223; above 9.2e9 nanoseconds overflow

struct Kind {
  absl::string_view name;
  EventMeaning meaning;
  bool verdict;  // says whether a rule allowed it
};

constexpr Kind kKinds[] = {
    {"flows", {"network", "connection", "", ""}, true},
    {"firewall", {"network", "connection", "", ""}, true},
    {"vpn_firewall", {"network", "connection", "", ""}, true},
    {"cellular_firewall", {"network", "connection", "", ""}, true},
    {"bridge_anyconnect_client_vpn_firewall", {"network", "connection", "", ""}, true},
    {"l7_firewall", {"network", "connection", "", ""}, true},
    {"ip_flow_start", {"network", "start", "", ""}, false},
    {"ip_flow_end", {"network", "end", "", ""}, false},
    {"urls", {"web", "access", "", ""}, false},
    {"ids-alerts", {"intrusion_detection", "info", "ids-signature-matched", ""}, false},
    {"security_event", {"intrusion_detection", "info", "", ""}, false},
    {"airmarshal_events", {"intrusion_detection", "info", "", ""}, false},
    {"events", {"network", "info", "", ""}, false},
};

// What a line of these kinds is about, as its first word or "type=" says.
struct Subtype {
  absl::string_view name;
  EventMeaning meaning;
};

constexpr Subtype kSubtypes[] = {
    {"ids_alerted", {"", "", "ids-signature-matched", ""}},
    {"security_filtering_file_scanned", {"malware", "", "malicious-file-actioned", ""}},
    {"security_filtering_disposition_change",
     {"malware", "", "issued-retrospective-malicious-disposition", ""}},
    {"vpn_connectivity_change", {"session", "connection", "vpn-connectivity-change", ""}},
    {"dhcp_offer", {"", "allowed", "dhcp-offer", ""}},
    {"dhcp_lease", {"", "allowed", "dhcp-lease", ""}},
    {"dhcp_no_offer", {"", "denied", "dhcp-no-offer", ""}},
    {"client_vpn_connect", {"session", "start", "client-vpn-connected", "success"}},
    {"client_vpn_disconnect", {"session", "end", "client-vpn-disconnected", "success"}},
    {"anyconnect_vpn_connect", {"session", "start", "client-vpn-connected", "success"}},
    {"anyconnect_vpn_disconnect", {"session", "end", "client-vpn-disconnected", "success"}},
    {"anyconnect_vpn_auth_success", {"authentication", "start", "logged-in", "success"}},
    {"anyconnect_vpn_auth_failure", {"authentication", "denied", "logon-failed", "failure"}},
    {"association", {"session", "start", "wifi-association-request", ""}},
    {"disassociation", {"session", "end", "wifi-disassociation-request", ""}},
    {"wpa_auth", {"authentication", "start", "wifi-wpa-authentication", "success"}},
    {"wpa_deauth", {"authentication", "end", "wifi-wpa-failed-auth-or-deauth", ""}},
    {"8021x_eap_failure",
     {"authentication", "denied", "wifi-8021x-failed-authentication-attempt", "failure"}},
    {"8021x_eap_success", {"authentication", "start", "wifi-8021x-auth", "success"}},
    {"8021x_deauth", {"authentication", "end", "wifi-8021x-failed-auth-or-deauth", ""}},
    {"splash_auth", {"authentication", "start", "splash-authentication", "success"}},
    {"device_packet_flood", {"", "", "wireless-packet-flood-detected", ""}},
    {"rogue_ssid_detected", {"", "", "rogue-ssid-detected", ""}},
    {"ssid_spoofing_detected", {"", "", "ssid-spoofing-detected", ""}},
    {"dfs_event", {"", "", "dynamic-frequency-selection-detected", ""}},
    {"aps_association_reject", {"", "denied", "association-rejected-for-load-balancing", ""}},
    {"content_filtering_block", {"web", "denied", "content-filtering-block", "failure"}},
    {"Site-to-Site", {"session", "", "site-to-site-vpn", ""}},
    {"Site-to-site", {"session", "", "site-to-site-vpn", ""}},
};

enum Slot : std::uint8_t { kSource, kTarget, kDecision, kProtocol, kPolicy, kServer };

constexpr KeyRule kRules[] = {
    {"src", KeyRole::kSlot, Field::kCount, kSource},
    {"dst", KeyRole::kSlot, Field::kCount, kTarget},
    {"server", KeyRole::kSlot, Field::kCount, kServer},
    {"sport", KeyRole::kSourcePort},
    {"dport", KeyRole::kTargetPort},
    {"protocol", KeyRole::kSlot, Field::kCount, kProtocol},
    {"mac", KeyRole::kKeyword, Field::kSourceMac},
    {"client_mac", KeyRole::kKeyword, Field::kSourceMac},
    {"shost", KeyRole::kKeyword, Field::kSourceMac},
    {"dhost", KeyRole::kKeyword, Field::kDestinationMac},
    {"translated_src_ip", KeyRole::kAddress, Field::kSourceNatIp},
    {"translated_dst_ip", KeyRole::kAddress, Field::kDestinationNatIp},
    {"client_ip", KeyRole::kSourceEnd},
    {"identity", KeyRole::kUser, Field::kUserName},
    {"user", KeyRole::kUser, Field::kUserName},
    {"signature", KeyRole::kKeyword, Field::kRuleId},
    {"priority", KeyRole::kInteger, Field::kEventSeverity},
    {"direction", KeyRole::kKeyword, Field::kNetworkDirection},
    {"url", KeyRole::kUrl},
    {"sha256", KeyRole::kHash, Field::kFileHashSha256},
    {"agent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"vlan", KeyRole::kKeyword, Field::kNetworkVlanId},
    {"decision", KeyRole::kSlot, Field::kCount, kDecision},
    {"action", KeyRole::kSlot, Field::kCount, kPolicy},
};

const KeyTable& Keys() {
  // Built on first use and never changed: a table, not state.
  static const auto& keys = *new KeyTable("labels.meraki.", kRules);
  return keys;
}

struct Line {
  std::int64_t time_ns = 0;
  absl::string_view device;
  const Kind* kind = nullptr;
  absl::string_view rest;
};

// "1 1647479278.997155282 MX100 flows ": false when it is not one of these.
bool ReadLine(absl::string_view text, Line* line) {
  TextCursor cursor(text);
  cursor.SkipBlanks();
  cursor.Consume("1 ");
  const auto seconds = cursor.TakeNumber(10);
  if (!seconds || *seconds < kSecondsMin || *seconds > kSecondsMax || !cursor.Consume('.')) {
    return false;
  }
  std::int64_t nanos = 0;
  int digits = 0;
  for (; digits < 9 && IsDigit(cursor.Peek()); ++digits) {
    nanos = nanos * 10 + (cursor.Peek() - '0');
    cursor.Skip(1);
  }
  for (; digits < 9; ++digits) nanos *= 10;
  if (!cursor.Consume(' ')) return false;
  line->time_ns = *seconds * kNanosPerSecond + nanos;
  line->device = cursor.TakeWord();
  cursor.SkipBlanks();
  const absl::string_view name = cursor.TakeWord();
  cursor.SkipBlanks();
  line->rest = cursor.rest();
  for (const Kind& kind : kKinds) {
    if (kind.name == name) line->kind = &kind;
  }
  return line->kind != nullptr && !line->device.empty();
}

// "192.0.2.1:80", "2001:db8:0:0:0:0:0:1:80", or an address alone.
void SetEnd(absl::string_view text, bool source, EventRow& row) {
  absl::string_view port;
  if (!IpAddress::Parse(text)) {
    const std::size_t colon = text.rfind(':');
    if (colon != text.npos) {
      port = text.substr(colon + 1);
      text = text.substr(0, colon);
    }
  }
  source ? row.Source(text) : row.Destination(text);
  const auto number = ParseDigits(port);
  if (!number) return;
  source ? row.SourcePort(*number) : row.DestinationPort(*number);
}

bool IsDenial(absl::string_view word) {
  return absl::StartsWith(word, "den") || absl::StartsWith(word, "block") || word == "1" ||
         word == "drop";
}

bool IsPermission(absl::string_view word) {
  return absl::StartsWith(word, "allow") || word == "0" || word == "permit";
}

void SetVerdict(absl::string_view word, EventRow& row) {
  if (IsDenial(word)) {
    row.builder().AddKeyword(Field::kEventType, "denied");
    row.Keyword(Field::kEventOutcome, "failure");
  } else if (IsPermission(word)) {
    row.builder().AddKeyword(Field::kEventType, "allowed");
    row.Keyword(Field::kEventOutcome, "success");
  }
}

bool IsKeyCharacter(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '-';
}

class Parser {
 public:
  Parser(const Line& line, EventRow& row) : line_(line), row_(row), fields_(row, Keys()) {}

  void Parse() {
    row_.Means(line_.kind->meaning);
    row_.Label("labels.meraki.event_type", line_.kind->name);
    TextCursor cursor(line_.rest);
    TakeLead(cursor);
    for (int pairs = 0; pairs < kPairsMax && !cursor.empty(); ++pairs) TakePart(cursor);
    SetEnds();
    SetDecision();
  }

 private:
  // A verdict, or the name of what happened.
  void TakeLead(TextCursor& cursor) {
    TextCursor ahead = cursor;
    absl::string_view word = ahead.TakeWord();
    if (word.find('=') != word.npos || word.empty()) return;
    if (line_.kind->verdict) {
      SetVerdict(word, row_);
      row_.Keyword(Field::kEventAction, IsDenial(word)       ? "layer3-firewall-denied-flow"
                                        : IsPermission(word) ? "layer3-firewall-allowed-flow"
                                                             : "");
      cursor = ahead;
      return;
    }
    if (absl::StartsWith(cursor.rest(), "dhcp no offer")) return SetSubtype("dhcp_no_offer");
    if (absl::StartsWith(cursor.rest(), "dhcp lease")) {
      SetSubtype("dhcp_lease");
      return SetLease(cursor.rest());
    }
    SetSubtype(word);
    SetConnected(ahead.rest());
  }

  void SetSubtype(absl::string_view name) {
    row_.Label("labels.meraki.event_subtype", name);
    for (const Subtype& subtype : kSubtypes) {
      if (subtype.name != name) continue;
      row_.Means(subtype.meaning);
      return;
    }
  }

  // "... lease of ip 192.0.2.9 from server mac ... for client mac ..."
  void SetLease(absl::string_view text) {
    const std::size_t ip = text.find(" ip ");
    if (ip != text.npos) row_.Source(TextCursor(text.substr(ip + 4)).TakeWord());
    const std::size_t mac = text.find("client mac ");
    if (mac != text.npos) {
      row_.Keyword(Field::kSourceMac, TextCursor(text.substr(mac + 11)).TakeWord());
    }
  }

  // "user id 'alice' local ip 192.0.2.9 connected from 198.51.100.7"
  void SetConnected(absl::string_view text) {
    const std::size_t user = text.find("user id '");
    if (user == text.npos) return;
    SetUser(TextCursor(text.substr(user + 9)).TakeUntil('\''));
    const std::size_t local = text.find("local ip ");
    if (local != text.npos) {
      const auto address = IpAddress::Parse(TextCursor(text.substr(local + 9)).TakeWord());
      if (address) row_.Address(Field::kSourceNatIp, *address);
    }
    const std::size_t from = text.find("connected from ");
    if (from != text.npos) row_.Source(TextCursor(text.substr(from + 15)).TakeWord());
  }

  void SetUser(absl::string_view name) {
    const std::size_t at = name.rfind('@');
    if (at != name.npos) row_.Keyword(Field::kUserDomain, name.substr(at + 1));
    row_.User(Field::kUserName, name.substr(0, at));
  }

  // A pair, "message: rest", "request: GET url", "pattern: rest", or a word that is passed over.
  void TakePart(TextCursor& cursor) {
    cursor.SkipBlanks();
    if (cursor.Consume("message: ")) {
      row_.Keyword(Field::kRuleName, cursor.rest());
      cursor.Skip(cursor.rest().size());
    } else if (cursor.Consume("request: ")) {
      row_.Keyword(Field::kHttpRequestMethod, cursor.TakeWord());
      cursor.SkipBlanks();
      SetUrl(cursor.TakeWord(), {}, row_);
    } else if (cursor.Consume("pattern: ")) {
      SetPattern(cursor.rest());
      cursor.Skip(cursor.rest().size());
    } else if (!TakePair(cursor)) {
      const absl::string_view word = cursor.TakeWord();  // before what follows it is looked at
      NoteWord(word, cursor.rest());
    }
  }

  bool TakePair(TextCursor& cursor) {
    const absl::string_view text = cursor.rest();
    std::size_t length = 0;
    while (length < text.size() && IsKeyCharacter(text[length])) ++length;
    if (length == 0 || length >= text.size() || text[length] != '=') return false;
    cursor.Skip(length + 1);
    const absl::string_view key = text.substr(0, length);
    if (key == "msg") {  // "msg= 'Server IP=... Peer IP=...'"
      cursor.SkipBlanks();
      cursor.Consume('\'');
      SetPeers(cursor.rest());
      cursor.Skip(cursor.rest().size());
      return true;
    }
    const absl::string_view value =
        cursor.Consume('\'') ? cursor.TakeUntil('\'') : cursor.TakeWord();
    key == "type" && line_.kind->name == "events" ? SetSubtype(value) : fields_.Set(key, value);
    return true;
  }

  // "mac AA:BB:CC:DD:EE:FF" of messages in words.
  void NoteWord(absl::string_view word, absl::string_view rest) {
    if (word == "mac" && !row_.Has(Field::kSourceMac)) {
      row_.Keyword(Field::kSourceMac, TextCursor(absl::StripPrefix(rest, " ")).TakeWord());
    }
  }

  void SetPattern(absl::string_view pattern) {
    row_.Label("labels.meraki.pattern", pattern);
    if (row_.Has(Field::kEventOutcome)) return;
    const absl::string_view word = TextCursor(pattern).TakeWord();
    SetVerdict(word, row_);
    if (line_.kind->verdict) {
      row_.Keyword(Field::kEventAction, IsDenial(word)       ? "layer3-firewall-denied-flow"
                                        : IsPermission(word) ? "layer3-firewall-allowed-flow"
                                                             : "");
    }
  }

  static absl::string_view Behind(absl::string_view text, absl::string_view name) {
    const std::size_t at = text.find(name);
    if (at == text.npos) return {};
    text.remove_prefix(at + name.size());
    return text.substr(0, text.find_first_of(" :]'"));
  }

  // "RADIUS[373] Server IP=192.0.2.5 Server port=1812 Peer IP=198.51.100.7 Peer port=56735: why"
  void SetPeers(absl::string_view text) {
    row_.Destination(Behind(text, "Server IP="));
    row_.Source(Behind(text, "Peer IP="));
    if (const auto port = ParseDigits(Behind(text, "Server port="))) row_.DestinationPort(*port);
    if (const auto port = ParseDigits(Behind(text, "Peer port="))) row_.SourcePort(*port);
    row_.Transport(Behind(text, "Prot["));
    const std::size_t why = text.rfind(": ");
    if (why != text.npos) {
      row_.Keyword(Field::kEventReason,
                   absl::StripAsciiWhitespace(absl::StripSuffix(
                       absl::StripTrailingAsciiWhitespace(text.substr(why + 2)), "'")));
    }
  }

  void SetEnds() {
    if (!fields_.slot(kSource).empty()) SetEnd(fields_.slot(kSource), true, row_);
    if (!fields_.slot(kTarget).empty()) SetEnd(fields_.slot(kTarget), false, row_);
    if (!fields_.slot(kServer).empty()) SetEnd(fields_.slot(kServer), false, row_);
    const absl::string_view protocol = fields_.slot(kProtocol);  // "tcp", "tcp/ip"
    if (!protocol.empty()) row_.Transport(protocol.substr(0, FindByte(protocol, '/')));
  }

  void SetDecision() {
    for (const Slot slot : {kDecision, kPolicy}) {
      if (fields_.slot(slot).empty()) continue;
      if (!row_.Has(Field::kEventOutcome)) SetVerdict(fields_.slot(slot), row_);
      fields_.Label(slot == kDecision ? "decision" : "action", fields_.slot(slot));
    }
    const bool alert = line_.kind->meaning.category == "intrusion_detection";
    if (alert) row_.Keyword(Field::kEventKind, "alert");
  }

  const Line& line_;
  EventRow& row_;
  KeyedFields fields_;
};

}  // namespace

bool IsMeraki(const TextInput& input) {
  Line line;
  return ReadLine(input.text, &line);  // which looks at the first byte first
}

std::optional<TextResult> ParseMeraki(const TextInput& input, EventRow& row) {
  Line line;
  if (!ReadLine(input.text, &line)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "cisco_meraki.log");
  row.Keyword(Field::kObserverVendor, "Cisco");
  row.Keyword(Field::kObserverType, "firewall");
  row.Keyword(Field::kHostName, line.device);
  row.Keyword(Field::kObserverName, line.device);
  Parser(line, row).Parse();
  TextResult result;
  result.time_ns = line.time_ns;
  return result;
}

}  // namespace dims

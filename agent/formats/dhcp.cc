// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/dhcp.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kDhcpMessage = {"network", "protocol", "", ""};
constexpr std::size_t kDhcpActionBytesMax = 48;

bool IsMac(absl::string_view word) {
  if (word.size() != 17) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool colon = i % 3 == 2;
    if (colon ? word[i] != ':' : !absl::ascii_isxdigit(static_cast<unsigned char>(word[i]))) {
      return false;
    }
  }
  return true;
}

void SetDhcp(absl::string_view protocol, EventRow& row) {
  row.Means(kDhcpMessage);
  row.builder().AddKeyword(Field::kEventType, "connection");
  row.Keyword(Field::kNetworkProtocol, protocol);
  row.Transport("udp");
}

// The client by whatever a message names it: address, hardware or host name.
void SetDhcpClient(absl::string_view word, EventRow& row) {
  absl::ConsumeSuffix(&word, ":");
  if (IsMac(word)) {
    row.Keyword(Field::kSourceMac, word);
  } else {
    row.Source(word);
  }
}

// "eth0.60", or the relay's address.
void SetVia(absl::string_view via, EventRow& row) {
  absl::ConsumeSuffix(&via, ":");
  absl::ConsumeSuffix(&via, ",");
  if (IpAddress::Parse(via)) {
    row.Destination(via);
    return;
  }
  row.Label("labels.dhcp.interface", via);
  const std::size_t dot = via.rfind('.');
  if (dot != via.npos && ParseDigits(via.substr(dot + 1))) {
    row.Keyword(Field::kNetworkVlanId, via.substr(dot + 1));
  }
}

// "(desk)" is the client's name, after an address of DHCPREQUEST the server's address.
void SetParenthesis(absl::string_view inner, EventRow& row) {
  if (IpAddress::Parse(inner)) {
    row.Destination(inner);
  } else if (IsMac(inner)) {
    row.Keyword(Field::kSourceMac, inner);
  } else if (inner != "found" && inner != "not found" && !row.Has(Field::kSourceDomain)) {
    row.Keyword(Field::kSourceDomain, inner);
    row.builder().AddKeyword(Field::kRelatedHosts, inner);
  }
}

// "DHCPDISCOVER from MAC (NAME) via eth0: network 192.0.2.0/24: no free leases".
bool ParseDhcp4(TextCursor cursor, EventRow& row) {
  const absl::string_view text = cursor.rest();
  absl::string_view verb = cursor.TakeWord();
  absl::ConsumeSuffix(&verb, ":");
  if (!absl::StartsWith(verb, "DHCP") && !absl::StartsWith(verb, "BOOT")) return false;
  if (verb.size() > 20 || !cursor.Consume(' ')) return false;
  SetDhcp("dhcp", row);
  row.Keyword(Field::kEventAction, verb);
  const bool refused =
      verb == "DHCPNAK" || verb == "DHCPDECLINE" || absl::StrContains(text, "no free leases") ||
      absl::StrContains(text, "unknown lease") || absl::StrContains(text, "not authoritative");
  row.Keyword(Field::kEventOutcome, refused ? "failure" : "success");
  while (!cursor.empty()) {
    const absl::string_view word = cursor.TakeWord();
    cursor.SkipBlanks();
    if (word == "from" || word == "on" || word == "of" || word == "for" || word == "to") {
      SetDhcpClient(cursor.TakeWord(), row);
    } else if (word == "via") {
      SetVia(cursor.TakeWord(), row);
      break;  // what follows is prose
    } else if (absl::StartsWith(word, "(")) {
      SetParenthesis(word.substr(1, word.find(')') - 1), row);
    }
    cursor.SkipBlanks();
  }
  return true;
}

// "abandoning IP address 192.0.2.79: pinged before offer", "Abandoned IP address ...".
bool ParseAbandoned(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  if (!cursor.Consume("abandoning ") && !cursor.Consume("Abandoning ")) return false;
  if (!cursor.Consume("IP address ")) return false;
  SetDhcp("dhcp", row);
  row.Keyword(Field::kEventAction, "abandoned");
  absl::string_view address = cursor.TakeWord();
  absl::ConsumeSuffix(&address, ":");
  row.Source(address);
  row.Keyword(Field::kEventReason, absl::StripLeadingAsciiWhitespace(cursor.rest()));
  return true;
}

// "Solicit message" to "solicit-message".
std::string ActionOf(absl::string_view words) {
  std::string action = absl::AsciiStrToLower(words.substr(0, kDhcpActionBytesMax));
  for (char& c : action) c = c == ' ' ? '-' : c;
  return action;
}

// A prefix of a message, what comes before the client's address in it, and the protocol.
struct Dhcp6Message {
  absl::string_view prefix;
  absl::string_view before_address;
  absl::string_view action;  // empty: from the prefix
};

constexpr Dhcp6Message kDhcp6Messages[] = {
    {"Solicit message", "from ", ""},       {"Request message", "from ", ""},
    {"Renew message", "from ", ""},         {"Rebind message", "from ", ""},
    {"Release message", "from ", ""},       {"Decline message", "from ", ""},
    {"Confirm message", "from ", ""},       {"Information-request message", "from ", ""},
    {"Relay-forward message", "from ", ""}, {"Picking pool address", "address ", ""},
    {"Advertise NA", "address ", ""},       {"Advertise PD", "address ", ""},
    {"Reply NA", "address ", ""},           {"Reply PD", "address ", ""},
    {"Sending Advertise", "to ", ""},       {"Sending Reply", "to ", ""},
    {"Sending Relay-reply", "to ", ""},     {"Reusing lease", "for: ", ""},
    {"add an address", "address ", ""},     {"remove an address", "address ", ""},
};

bool ParseDhcp6(absl::string_view text, EventRow& row) {
  for (const Dhcp6Message& message : kDhcp6Messages) {
    if (!absl::StartsWith(text, message.prefix)) continue;
    SetDhcp("dhcpv6", row);
    row.Keyword(Field::kEventAction, ActionOf(message.prefix));
    const std::size_t at = text.find(message.before_address);
    if (at == text.npos) return true;
    TextCursor cursor(text.substr(at + message.before_address.size()));
    absl::string_view address = cursor.TakeWord();
    absl::ConsumeSuffix(&address, ",");
    row.Source(address.substr(0, address.find('/')));
    if (cursor.Consume(" port ")) row.SourcePort(cursor.TakeNumber(5).value_or(-1));
    if (cursor.Consume(" on ")) SetVia(cursor.TakeWord(), row);
    return true;
  }
  return false;
}

// "Listening on BPF/igb1.15/00:00:5e:00:53:01/192.0.2.0/24".
bool ParseSocket(absl::string_view text, EventRow& row) {
  const std::size_t at = text.find(" on ");
  if (at == text.npos ||
      !(absl::StartsWith(text, "Listening on ") || absl::StartsWith(text, "Sending on "))) {
    return false;
  }
  SetDhcp("dhcp", row);
  TextCursor cursor(absl::StripLeadingAsciiWhitespace(text.substr(at + 4)));
  const absl::string_view kind = cursor.TakeUntil('/');
  if (kind != "BPF" && kind != "LPF") return true;
  row.Keyword(Field::kEventAction, ActionOf(text.substr(0, at + 4 + kind.size())));
  SetVia(cursor.TakeUntil('/'), row);
  const absl::string_view mac = cursor.TakeUntil('/');
  if (IsMac(mac)) row.Keyword(Field::kDestinationMac, mac);
  row.Label("labels.dhcp.subnet", cursor.rest());
  return true;
}

bool IsDhcpProgram(absl::string_view app) {
  return app == "dhcpd" || app == "dhclient" || app == "dhcp6c" || app == "dhcpd6";
}

// ---- Kea

// "INFO  [kea-dhcp4.leases/12345.140] DHCP4_LEASE_ALLOC " with the time of files before it.
struct KeaHead {
  std::optional<ClockText> clock;
  absl::string_view level;
  absl::string_view logger;
  absl::string_view code;
};

bool TakeKeaHead(TextCursor& cursor, KeaHead* head) {
  if (IsDigit(cursor.Peek())) {
    head->clock = ReadIsoClock(cursor.rest());
    if (!head->clock) return false;
    cursor.Skip(head->clock->length);
    cursor.SkipBlanks();
  }
  cursor.SkipBlanks();
  if (!absl::ascii_isupper(static_cast<unsigned char>(cursor.Peek()))) return false;
  head->level = cursor.TakeWord();
  if (head->level.size() > 5 || head->level.empty()) return false;
  cursor.SkipBlanks();
  const bool named = cursor.Consume("[kea-");
  if (named) head->logger = cursor.TakeUntil(']');
  cursor.SkipBlanks();
  head->code = cursor.TakeWord();
  cursor.SkipBlanks();
  if (named) return !head->code.empty();
  const bool known =
      absl::StartsWith(head->code, "DHCP4_") || absl::StartsWith(head->code, "DHCP6_");
  return known && absl::StrContains(cursor.rest(), '[');
}

void SetKeaClient(TextCursor cursor, EventRow& row) {
  const absl::string_view text = cursor.rest();
  if (cursor.Consume("[hwtype=")) {
    cursor.TakeWord();
    cursor.SkipBlanks();
    const absl::string_view mac = cursor.TakeUntil(']');
    if (IsMac(mac)) row.Keyword(Field::kSourceMac, mac);
  }
  constexpr absl::string_view kBefore[] = {"lease ", "address ", "lease for address "};
  for (const absl::string_view before : kBefore) {
    const std::size_t at = text.find(before);
    if (at == text.npos) continue;
    absl::string_view word = TextCursor(text.substr(at + before.size())).TakeWord();
    absl::ConsumeSuffix(&word, ",");
    absl::ConsumeSuffix(&word, ".");
    if (!IpAddress::Parse(word)) continue;
    row.Source(word);
    return;
  }
}

}  // namespace

bool IsDhcpd(const TextInput& input) {
  return IsDhcpProgram(input.app) ||
         (absl::StartsWith(input.text, "DHCP") && absl::StrContains(input.text, " via "));
}

std::optional<TextResult> ParseDhcpd(const TextInput& input, EventRow& row) {
  const bool known = ParseDhcp4(TextCursor(input.text), row) || ParseDhcp6(input.text, row) ||
                     ParseSocket(input.text, row) || ParseAbandoned(input.text, row);
  if (!known) {
    if (!IsDhcpProgram(input.app)) return std::nullopt;
    SetDhcp(input.app == "dhcp6c" ? "dhcpv6" : "dhcp", row);
  }
  row.Keyword(Field::kEventDataset, "dhcpd.log");
  return TextResult{};
}

bool IsKea(const TextInput& input) {
  KeaHead head;
  TextCursor cursor(input.text);
  return TakeKeaHead(cursor, &head);
}

std::optional<TextResult> ParseKea(const TextInput& input, EventRow& row) {
  KeaHead head;
  TextCursor cursor(input.text);
  if (!TakeKeaHead(cursor, &head)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "kea.log");
  const bool six = absl::StartsWith(head.logger, "dhcp6") || absl::StartsWith(head.code, "DHCP6_");
  SetDhcp(six ? "dhcpv6" : "dhcp", row);
  row.Keyword(Field::kLogLevel, absl::AsciiStrToLower(head.level));
  row.Label("labels.kea.logger", head.logger);
  row.Keyword(Field::kEventCode, head.code);
  row.Keyword(Field::kEventAction, ActionOf(head.code));
  SetKeaClient(cursor, row);
  TextResult result;
  result.clock = head.clock;
  return result;
}

}  // namespace dims

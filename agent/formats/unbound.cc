// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"
#include "agent/formats/name_server.h"

namespace dims {
namespace {

constexpr EventMeaning kAsked = {"network", "protocol", "dns_query", ""};
constexpr EventMeaning kAnswered = {"network", "protocol", "dns_answer", ""};
constexpr EventMeaning kForwarded = {"network", "protocol", "dns_forward", ""};
constexpr EventMeaning kLease = {"network", "protocol", "", ""};
constexpr EventMeaning kServerMessage = {"host", "info", "", ""};
constexpr absl::string_view kUnboundLevels[] = {"info",  "error", "warning", "notice",
                                                "debug", "query", "reply",   "fatal error"};

// "[17265:13] info: " at the cursor.
bool TakeUnboundHead(TextCursor& cursor, absl::string_view* level) {
  TextCursor next = cursor;
  if (!next.Consume('[') || !next.TakeNumber() || !next.Consume(':')) return false;
  const absl::string_view thread = next.TakeUntil(']');  // decimal or hexadecimal
  if (thread.empty() || thread.size() > 8 || !next.Consume(' ')) return false;
  for (const absl::string_view known : kUnboundLevels) {
    TextCursor after = next;
    if (after.Consume(known) && after.Consume(": ")) {
      *level = known;
      cursor = after;
      return true;
    }
  }
  return false;
}

// "[1570527545] unbound" before that in its own file.
std::optional<std::int64_t> TakeEpoch(TextCursor& cursor) {
  TextCursor next = cursor;
  if (!next.Consume('[')) return std::nullopt;
  const auto seconds = next.TakeNumber(10);
  if (!seconds || !next.Consume("] unbound")) return std::nullopt;
  cursor = next;
  return EpochNanos(*seconds);
}

absl::string_view WithoutDot(absl::string_view name) {
  if (name.size() > 1) absl::ConsumeSuffix(&name, ".");
  return name;
}

void SetAsked(absl::string_view name, absl::string_view type, EventRow& row) {
  row.Keyword(Field::kDnsQuestionName, WithoutDot(name));
  row.Keyword(Field::kDnsQuestionType, type);
  row.Keyword(Field::kNetworkProtocol, "dns");
}

// "192.0.2.7 www.example. A IN NOERROR 0.01 0 45".
bool ParseUnboundQuery(TextCursor cursor, EventRow& row) {
  absl::string_view address = cursor.TakeWord();
  const absl::string_view host = address.substr(0, address.find('@'));  // "192.0.2.7@5353"
  if (!IpAddress::Parse(host) || !cursor.Consume(' ')) return false;
  const absl::string_view name = cursor.TakeWord();
  if (!absl::EndsWith(name, ".") || !cursor.Consume(' ')) return false;
  const absl::string_view type = cursor.TakeWord();
  cursor.SkipBlanks();
  row.Label("labels.dns.question.class", cursor.TakeWord());
  cursor.SkipBlanks();
  row.Means(cursor.empty() ? kAsked : kAnswered);
  row.Source(host);
  SetAsked(name, type, row);
  row.Keyword(Field::kDnsResponseCode, cursor.TakeWord());
  return true;
}

// dnsmasq's "query[A] NAME from ADDRESS", "forwarded NAME to ADDRESS", "reply|cached|config|/file
// NAME is VALUE".
bool ParseDnsmasqText(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("query[")) {
    const absl::string_view type = cursor.TakeUntil(']');
    cursor.SkipBlanks();
    const absl::string_view name = cursor.TakeWord();
    if (!cursor.Consume(" from ")) return false;
    row.Means(kAsked);
    SetAsked(name, type, row);
    row.Source(cursor.TakeWord());
    return true;
  }
  const absl::string_view verb = cursor.TakeWord();
  cursor.SkipBlanks();
  const absl::string_view name = cursor.TakeWord();
  if (verb == "forwarded" && cursor.Consume(" to ")) {
    row.Means(kForwarded);
    SetAsked(name, "", row);
    row.Destination(cursor.TakeWord());
    return true;
  }
  const bool answers = verb == "reply" || verb == "cached" || verb == "config" ||
                       verb == "gravity" || verb == "regex" || absl::StartsWith(verb, "/");
  if (!answers || !cursor.Consume(" is ")) return false;
  row.Means(kAnswered);
  SetAsked(name, "", row);
  row.Label("labels.dnsmasq.answered_by", verb);
  const absl::string_view value = cursor.rest();
  if (const auto address = IpAddress::Parse(value)) {
    row.builder().AddIp(Field::kDnsResolvedIp, *address);
  } else if (absl::StartsWith(value, "NXDOMAIN") || absl::StartsWith(value, "NODATA") ||
             absl::StartsWith(value, "SERVFAIL") || absl::StartsWith(value, "REFUSED")) {
    row.Keyword(Field::kDnsResponseCode, value.substr(0, value.find('-')));
  } else {
    row.Label("labels.dns.answer", value);
  }
  return true;
}

// "DHCPACK(eth0) 192.0.2.7 00:00:5e:00:53:01 desk": address and name are not always there.
bool ParseDnsmasqLease(TextCursor cursor, EventRow& row) {
  cursor.TakeNumber();  // a transaction with log-dhcp
  cursor.SkipBlanks();
  const absl::string_view head = cursor.TakeWord();
  const std::size_t open = head.find('(');
  if (!absl::StartsWith(head, "DHCP") || open == head.npos || !absl::EndsWith(head, ")")) {
    return false;
  }
  row.Means(kLease);
  row.Keyword(Field::kEventAction, head.substr(0, open));
  row.Label("labels.dhcp.interface", head.substr(open + 1, head.size() - open - 2));
  row.Keyword(Field::kNetworkProtocol, "dhcp");
  row.Transport("udp");
  cursor.SkipBlanks();
  for (int word = 0; word < 3 && !cursor.empty(); ++word) {
    const absl::string_view value = cursor.TakeWord();
    cursor.SkipBlanks();
    if (value.size() == 17 && value[2] == ':' && value[14] == ':') {
      row.Keyword(Field::kSourceMac, value);
    } else if (IpAddress::Parse(value)) {
      row.Source(value);
    } else {
      row.Keyword(Field::kSourceDomain, value);
    }
  }
  return true;
}

// With log-queries=extra: "417 192.0.2.7/5353 query[A] ...".
struct DnsmasqPeer {
  absl::string_view address;
  std::int64_t port = 0;
};

std::optional<DnsmasqPeer> TakeDnsmasqPeer(TextCursor& cursor) {
  TextCursor next = cursor;
  if (!next.TakeNumber() || !next.Consume(' ')) return std::nullopt;
  TextCursor peer(next.TakeWord());
  const absl::string_view address = peer.TakeUntil('/');
  const auto port = peer.TakeNumber(5);
  if (!IpAddress::Parse(address) || !port || !next.Consume(' ')) return std::nullopt;
  cursor = next;
  return DnsmasqPeer{address, *port};
}

}  // namespace

bool IsUnbound(const TextInput& input) {
  if (input.app == "unbound") return true;
  TextCursor cursor(input.text);
  if (cursor.Peek() != '[') return false;
  if (TakeEpoch(cursor)) return true;
  absl::string_view level;
  return TakeUnboundHead(cursor, &level);
}

std::optional<TextResult> ParseUnbound(const TextInput& input, EventRow& row) {
  TextCursor cursor(input.text);
  TextResult result;
  result.time_ns = TakeEpoch(cursor);
  absl::string_view level;
  if (!TakeUnboundHead(cursor, &level) && input.app != "unbound") return std::nullopt;
  row.Keyword(Field::kEventDataset, "unbound.log");
  if (level != "query" && level != "reply") row.Keyword(Field::kLogLevel, level);
  if (!ParseUnboundQuery(cursor, row)) row.Means(kServerMessage);
  return result;
}

bool IsDnsmasq(const TextInput& input) {
  return input.app == "dnsmasq" || input.app == "dnsmasq-dhcp" || input.app == "pihole-FTL";
}

std::optional<TextResult> ParseDnsmasq(const TextInput& input, EventRow& row) {
  TextCursor cursor(input.text);
  if (ParseDnsmasqLease(cursor, row)) {
    row.Keyword(Field::kEventDataset, "dnsmasq.dhcp");
    return TextResult{};
  }
  const auto peer = TakeDnsmasqPeer(cursor);
  if (!ParseDnsmasqText(cursor, row)) {
    if (!IsDnsmasq(input)) return std::nullopt;
    row.Means(kServerMessage);
  }
  if (peer) {
    row.Source(peer->address);
    row.SourcePort(peer->port);
  }
  row.Keyword(Field::kEventDataset, "dnsmasq.dns");
  return TextResult{};
}

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/filterlog.h"

#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

// More values than any protocol has; TCP over IPv4 has 29.
constexpr std::size_t kValuesMax = 40;

// The values of a line; absent ones are empty. Views of the line.
class Values {
 public:
  explicit Values(absl::string_view text) {
    TextCursor cursor(text);
    while (!cursor.empty() && count_ < kValuesMax) values_[count_++] = cursor.TakeUntil(',');
  }

  absl::string_view operator[](std::size_t index) const {
    return index < count_ ? values_[index] : absl::string_view();
  }

  std::size_t count() const { return count_; }

 private:
  std::array<absl::string_view, kValuesMax> values_;
  std::size_t count_ = 0;
};

// Places of the values; the packet's own follow.
enum : std::size_t {
  kRule,
  kSubRule,
  kAnchor,
  kTracker,
  kInterface,
  kReason,
  kAction,
  kDirection,
  kVersion,
  kPacket,
};

bool IsAction(absl::string_view word) {
  for (const char* action : {"pass", "block", "reject", "match", "nat", "rdr", "binat", "scrub",
                             "nonat", "nordr", "nobinat", "synproxy drop"}) {
    if (word == action) return true;
  }
  return false;
}

struct IcmpKind {
  absl::string_view name;
  int type;
  int code;
};

constexpr IcmpKind kIcmpKinds[] = {
    {"request", 8, 0},  {"reply", 0, 0},   {"unreachproto", 3, 2}, {"unreachport", 3, 3},
    {"needfrag", 3, 4}, {"tstamp", 13, 0}, {"tstampreply", 14, 0},
};

// Type and what hangs on it: an id, or what could not be reached.
void SetIcmp(const Values& values, std::size_t at, EventRow& row) {
  const absl::string_view kind = values[at];
  if (kind.empty() || absl::StartsWith(kind, "datalength=")) return;
  row.Label("labels.icmp.type", kind);
  for (const IcmpKind& known : kIcmpKinds) {
    if (known.name == kind) row.IcmpTypeAndCode(known.type, known.code);
  }
  if (absl::StartsWith(kind, "unreach") || kind == "needfrag") {
    row.Label("labels.icmp.unreachable",
              absl::StripSuffix(absl::StripPrefix(values[at + 1], "["), "]"));
    row.Label("labels.icmp.unreachable_protocol",
              absl::StripSuffix(absl::StripPrefix(values[at + 2], "["), "]"));
    row.Label("labels.icmp.unreachable_port", values[at + 3]);
  } else {
    row.Label("labels.icmp.id", values[at + 1]);
  }
}

void SetPorts(const Values& values, std::size_t at, EventRow& row) {
  if (const auto port = ParseDigits(values[at])) row.SourcePort(*port);
  if (const auto port = ParseDigits(values[at + 1])) row.DestinationPort(*port);
}

void SetProtocol(absl::string_view name, absl::string_view number, const Values& values,
                 std::size_t at, EventRow& row) {
  row.Transport(number.empty() ? name : number);
  const auto id = ParseDigits(number).value_or(-1);
  const bool named = id == 1 || id == 58;  // one name for what is written in several ways
  if (!named) row.Keyword(Field::kNetworkTransport, absl::AsciiStrToLower(name));
  if (absl::EqualsIgnoreCase(name, "tcp")) {
    SetPorts(values, at, row);
    row.Label("labels.pfsense.tcp_flags", values[at + 3]);
  } else if (absl::EqualsIgnoreCase(name, "udp")) {
    SetPorts(values, at, row);
  } else if (named) {
    SetIcmp(values, at, row);
  } else if (absl::EqualsIgnoreCase(name, "carp") || absl::EqualsIgnoreCase(name, "vrrp")) {
    row.Label("labels.pfsense.carp_type", values[at]);
    row.Label("labels.pfsense.carp_vhid", values[at + 2]);
  }
}

void SetEnds(const Values& values, std::size_t at, EventRow& row) {
  if (const auto bytes = ParseDigits(values[at])) {
    row.builder().NamedInteger("labels.network.bytes", *bytes);
  }
  row.Source(values[at + 1]);
  row.Destination(values[at + 2]);
}

// tos, ecn, ttl, id, offset, flags, protocol id, protocol, length, source, destination, ...
void SetIpv4(const Values& values, EventRow& row) {
  row.Label("labels.pfsense.tos", values[kPacket]);
  row.Label("labels.pfsense.ttl", values[kPacket + 2]);
  row.Label("labels.pfsense.ip_flags", values[kPacket + 5]);
  SetEnds(values, kPacket + 8, row);
  SetProtocol(values[kPacket + 7], values[kPacket + 6], values, kPacket + 11, row);
}

// class, flow, hop limit, protocol, protocol id, length, source, destination, ...
void SetIpv6(const Values& values, EventRow& row) {
  std::size_t at = kPacket + 3;
  // Some write a fragment's id, offset and flags before the protocol.
  if (ParseDigits(values[at]) && !ParseDigits(values[at + 3])) at += 3;
  row.Label("labels.pfsense.ttl", values[kPacket + 2]);
  SetEnds(values, at + 2, row);
  SetProtocol(values[at], values[at + 1], values, at + 5, row);
}

void SetVerdict(absl::string_view action, EventRow& row) {
  row.Means({"network", "connection", action, ""});
  if (action == "pass") {
    row.builder().AddKeyword(Field::kEventType, "allowed");
    row.Keyword(Field::kEventOutcome, "success");
  } else if (action == "block" || action == "reject") {
    row.builder().AddKeyword(Field::kEventType, "denied");
    row.Keyword(Field::kEventOutcome, "failure");
  }
}

// "igb1.12": the interface of VLAN 12.
void SetInterface(absl::string_view name, bool inbound, EventRow& row) {
  row.Label(
      inbound ? "labels.observer.ingress.interface.name" : "labels.observer.egress.interface.name",
      name);
  const std::size_t dot = name.rfind('.');
  if (dot != name.npos && ParseDigits(name.substr(dot + 1))) {
    row.Keyword(Field::kNetworkVlanId, name.substr(dot + 1));
  }
}

bool IsPacket(const Values& values) {
  const absl::string_view direction = values[kDirection];
  return values.count() > kPacket + 5 && IsAction(values[kAction]) &&
         (direction == "in" || direction == "out" || direction == "in/out") &&
         (values[kVersion] == "4" || values[kVersion] == "6");
}

}  // namespace

bool IsFilterlog(const TextInput& input) {
  const absl::string_view text = input.text;
  if (text.empty() || !(IsDigit(text.front()) || text.front() == ',')) return false;
  const std::size_t comma = FindByte(text.substr(0, 8), ',');
  return comma != text.npos && IsPacket(Values(text));
}

std::optional<TextResult> ParseFilterlog(const TextInput& input, EventRow& row) {
  const Values values(input.text);
  if (!IsPacket(values)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "pfsense.log");
  row.Keyword(Field::kObserverVendor, "netgate");
  row.Keyword(Field::kObserverType, "firewall");
  row.Keyword(Field::kRuleId, values[kTracker]);
  row.Label("labels.pfsense.rule_number", values[kRule]);
  row.Label("labels.pfsense.sub_rule", values[kSubRule]);
  row.Label("labels.rule.ruleset", values[kAnchor]);
  row.Keyword(Field::kEventReason, values[kReason]);
  SetVerdict(values[kAction], row);
  const bool inbound = values[kDirection] == "in";
  row.Keyword(Field::kNetworkDirection, inbound ? "inbound" : "outbound");
  SetInterface(values[kInterface], inbound, row);
  values[kVersion] == "4" ? SetIpv4(values, row) : SetIpv6(values, row);
  return TextResult{};
}

}  // namespace dims

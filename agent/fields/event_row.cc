// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/event_row.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fields/community_id.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kHostNameBytesMax = 255;
constexpr std::int64_t kPortMax = 65535;
constexpr std::int32_t kIcmpNumber = 1;
constexpr std::uint8_t kIcmpV6Number = 58;

struct Protocol {
  absl::string_view name;
  std::int32_t number;
};

// The transports logs name; numbers by IANA.
constexpr Protocol kProtocols[] = {{"tcp", 6},    {"udp", 17},    {"icmp", 1},   {"ipv6-icmp", 58},
                                   {"icmp6", 58}, {"icmpv6", 58}, {"sctp", 132}, {"gre", 47},
                                   {"esp", 50},   {"ah", 51},     {"igmp", 2},   {"ospf", 89},
                                   {"eigrp", 88}, {"pim", 103},   {"vrrp", 112}, {"ipip", 4}};

const Protocol* FindProtocol(absl::string_view text) {
  const auto number = ParseDigits(text);
  for (const Protocol& protocol : kProtocols) {
    if (number ? *number == protocol.number : absl::EqualsIgnoreCase(text, protocol.name)) {
      return &protocol;
    }
  }
  return nullptr;
}

// "[2001:db8::1]" and "fe80::1%eth0" without what is not the address.
absl::string_view BareAddress(absl::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  if (FindByte(text, ':') == text.npos) return text;
  return text.substr(0, text.find('%'));
}

bool IsHostName(absl::string_view text) {
  if (text.empty() || text.size() > kHostNameBytesMax) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

void EventRow::Label(absl::string_view name, absl::string_view value) {
  if (value.empty()) return;
  if (!builder_.NamedKeyword(name, value)) Tag("fields_dropped");
}

void EventRow::Means(const EventMeaning& meaning) {
  if (!meaning.category.empty()) builder_.AddKeyword(Field::kEventCategory, meaning.category);
  if (!meaning.type.empty()) builder_.AddKeyword(Field::kEventType, meaning.type);
  Keyword(Field::kEventAction, meaning.action);
  Keyword(Field::kEventOutcome, meaning.outcome);
}

void EventRow::Address(Field field, const IpAddress& address) {
  builder_.Ip(field, address);
  builder_.AddIp(Field::kRelatedIp, address);
  if (field == Field::kSourceIp) source_ = address;
  if (field == Field::kDestinationIp) destination_ = address;
}

void EventRow::Source(absl::string_view address_or_name) {
  Endpoint(Field::kSourceIp, Field::kSourceDomain, address_or_name);
}

void EventRow::Destination(absl::string_view address_or_name) {
  Endpoint(Field::kDestinationIp, Field::kDestinationDomain, address_or_name);
}

void EventRow::Endpoint(Field ip_field, Field name_field, absl::string_view text) {
  if (const auto address = IpAddress::Parse(BareAddress(text))) {
    Address(ip_field, *address);
  } else if (IsHostName(text)) {
    builder_.Keyword(name_field, text);
    builder_.AddKeyword(Field::kRelatedHosts, text);
  }
}

void EventRow::SourcePort(std::int64_t port) {
  if (port < 0 || port > kPortMax) return;
  source_port_ = static_cast<std::int32_t>(port);
  builder_.Integer(Field::kSourcePort, port);
}

void EventRow::DestinationPort(std::int64_t port) {
  if (port < 0 || port > kPortMax) return;
  destination_port_ = static_cast<std::int32_t>(port);
  builder_.Integer(Field::kDestinationPort, port);
}

void EventRow::User(Field field, absl::string_view name) {
  if (name.empty()) return;
  builder_.Keyword(field, name);
  builder_.AddKeyword(Field::kRelatedUser, name);
}

void EventRow::Transport(absl::string_view protocol) {
  const Protocol* known = FindProtocol(protocol);
  if (known == nullptr) {
    Keyword(Field::kNetworkTransport, absl::AsciiStrToLower(protocol));
    const auto number = ParseDigits(protocol);
    if (!number || *number > 255) return;
    protocol_ = static_cast<std::int32_t>(*number);
    builder_.Keyword(Field::kNetworkIanaNumber, absl::StrCat(*number));
    return;
  }
  protocol_ = known->number;
  builder_.Keyword(Field::kNetworkTransport, known->number == 58 ? "ipv6-icmp" : known->name);
  builder_.Keyword(Field::kNetworkIanaNumber, absl::StrCat(known->number));
}

void EventRow::IcmpTypeAndCode(std::int64_t type, std::int64_t code) {
  if (type < 0 || type > 255 || code < 0 || code > 255) return;
  source_port_ = static_cast<std::int32_t>(type);
  destination_port_ = static_cast<std::int32_t>(code);
}

void EventRow::Complete() {
  if (!source_ || !destination_ || protocol_ < 0 || Has(Field::kNetworkCommunityId)) return;
  FlowTuple tuple;
  tuple.source = *source_;
  tuple.destination = *destination_;
  tuple.protocol = static_cast<std::uint8_t>(protocol_);
  // Some call both kinds of ICMP by one name.
  if (protocol_ == kIcmpNumber && !source_->IsV4()) tuple.protocol = kIcmpV6Number;
  if (HasPorts(tuple.protocol)) {
    if (source_port_ < 0 || destination_port_ < 0) return;
    tuple.source_port = static_cast<std::uint16_t>(source_port_);
    tuple.destination_port = static_cast<std::uint16_t>(destination_port_);
  }
  builder_.Keyword(Field::kNetworkCommunityId, CommunityId(tuple));
}

}  // namespace dims

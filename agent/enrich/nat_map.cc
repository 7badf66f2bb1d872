// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/nat_map.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/csv_rows.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

std::vector<Cidr> InsidesOf(const std::vector<NatRule>& rules) {
  std::vector<Cidr> insides;
  insides.reserve(rules.size());
  for (const NatRule& rule : rules) insides.push_back(rule.inside);
  return insides;
}

// The place of `address` in its block, in the block at `base`.
IpAddress SamePlace(const IpAddress& address, const Cidr& base) {
  std::array<std::uint8_t, 16> bytes = base.first().bytes();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const int bits = base.prefix_bits() - static_cast<int>(n) * 8;
    const unsigned host = bits >= 8 ? 0 : bits <= 0 ? 0xff : 0xffu >> bits;
    bytes[n] = static_cast<std::uint8_t>(bytes[n] | (address.bytes()[n] & host));
  }
  return IpAddress(bytes);
}

}  // namespace

absl::StatusOr<NatRule> ParseNatRule(absl::string_view inside, absl::string_view outside) {
  const std::optional<Cidr> from = Cidr::Parse(absl::StripAsciiWhitespace(inside));
  const std::optional<Cidr> to = Cidr::Parse(absl::StripAsciiWhitespace(outside));
  if (!from || !to) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", !from ? inside : outside, "\" is no address or block such as \"10.1.0.0/16\""));
  }
  if (to->prefix_bits() != 128 && to->prefix_bits() != from->prefix_bits()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", outside, "\" is neither one address nor as large as \"", inside, "\""));
  }
  if (to->prefix_bits() != 128 && to->first().IsV4() != from->first().IsV4()) {
    return absl::InvalidArgumentError("a block of IPv4 and one of IPv6 have no places in common");
  }
  return NatRule{*from, *to};
}

NatMap::NatMap(std::vector<NatRule> rules) : rules_(std::move(rules)), ranges_(InsidesOf(rules_)) {}

std::optional<IpAddress> NatMap::OutsideOf(const IpAddress& address) const {
  const std::uint32_t block = ranges_.Find(address);
  if (block == AddressRanges::kNone) return std::nullopt;
  const Cidr& outside = rules_[block].outside;
  if (outside.prefix_bits() == 128) return outside.first();
  return SamePlace(address, outside);
}

std::vector<NatRule> ParseNatRows(absl::string_view csv, std::vector<std::string>& findings) {
  std::vector<NatRule> rules;
  CsvRows rows(csv);
  absl::StatusOr<std::vector<std::string>> fields;
  for (bool first = true; rows.Next(fields); first = false) {
    const auto wrong = [&](absl::string_view why) {
      findings.push_back(absl::StrCat("line ", rows.line(), ": ", why));
    };
    if (!fields.ok()) {
      wrong(fields.status().message());
      continue;
    }
    if (absl::StartsWith((*fields)[0], "#")) continue;
    if (first && absl::EqualsIgnoreCase((*fields)[0], "inside")) continue;
    if (fields->size() < 2) {
      wrong("two values are wanted: inside,outside");
      continue;
    }
    absl::StatusOr<NatRule> rule = ParseNatRule((*fields)[0], (*fields)[1]);
    if (!rule.ok()) {
      wrong(rule.status().message());
    } else if (rules.size() == kNatRulesMax) {
      wrong(absl::StrCat("more than ", kNatRulesMax, " rows"));
      break;
    } else {
      rules.push_back(*rule);
    }
  }
  return rules;
}

}  // namespace dims

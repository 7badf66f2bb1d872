// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/match/address_ranges.h"

namespace dims {

inline constexpr std::size_t kNatRulesMax = 65'536;

// Addresses of `inside` are seen as `outside`: one address, or a block of the same size, in which
// each has its own.
struct NatRule {
  Cidr inside;
  Cidr outside;
};

// InvalidArgument says what is wrong: texts that are no blocks, sizes that differ.
absl::StatusOr<NatRule> ParseNatRule(absl::string_view inside, absl::string_view outside);

// What the world sees of the site's own addresses. Of rules whose insides overlap the smallest
// holds. Immutable; thread: any.
class NatMap {
 public:
  NatMap() = default;
  explicit NatMap(std::vector<NatRule> rules);

  std::optional<IpAddress> OutsideOf(const IpAddress& address) const;

  std::size_t size() const { return rules_.size(); }

 private:
  std::vector<NatRule> rules_;
  AddressRanges ranges_;
};

// Rows "inside,outside"; a first row that says so is a heading, rows from # on are remarks. What is
// wrong goes into `findings`, by line; such rows are passed over, as are those beyond
// kNatRulesMax.
std::vector<NatRule> ParseNatRows(absl::string_view csv, std::vector<std::string>& findings);

}  // namespace dims

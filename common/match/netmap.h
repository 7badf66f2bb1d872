// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/match/address_ranges.h"

namespace dims {

// Whose an address or a domain is: by the smallest block that holds the address, by the longest
// listed domain at or above the name.
//
// Immutable after construction, shared as shared_ptr<const Netmap>; thread: any.
class Netmap {
 public:
  struct Owner {
    std::string name;
    std::vector<Cidr> blocks;
    std::vector<std::string> domains;
  };

  Netmap() = default;
  explicit Netmap(const std::vector<Owner>& owners);

  // Empty: nobody's. The view lives as long as the Netmap.
  absl::string_view OwnerOf(const IpAddress& address) const;
  absl::string_view OwnerOfDomain(absl::string_view domain) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> owner_of_block_;
  AddressRanges ranges_;
  absl::flat_hash_map<std::string, std::uint32_t> owner_of_domain_;
};

}  // namespace dims

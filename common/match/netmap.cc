// SPDX-License-Identifier: Apache-2.0
#include "common/match/netmap.h"

#include "common/match/domain_suffixes.h"

namespace dims {

Netmap::Netmap(const std::vector<Owner>& owners) {
  std::vector<Cidr> blocks;
  for (std::uint32_t i = 0; i < owners.size(); ++i) {
    names_.push_back(owners[i].name);
    for (const Cidr& block : owners[i].blocks) {
      blocks.push_back(block);
      owner_of_block_.push_back(i);
    }
    for (const std::string& domain : owners[i].domains) {
      const DomainSuffixes canonical(domain);
      if (!canonical.done()) owner_of_domain_[std::string(canonical.text())] = i;
    }
  }
  ranges_ = AddressRanges(blocks);
}

absl::string_view Netmap::OwnerOf(const IpAddress& address) const {
  const std::uint32_t block = ranges_.Find(address);
  return block == AddressRanges::kNone ? absl::string_view() : names_[owner_of_block_[block]];
}

absl::string_view Netmap::OwnerOfDomain(absl::string_view domain) const {
  for (DomainSuffixes at(domain); !at.done(); at.Up()) {
    if (const auto found = owner_of_domain_.find(at.text()); found != owner_of_domain_.end())
      return names_[found->second];
  }
  return {};
}

}  // namespace dims

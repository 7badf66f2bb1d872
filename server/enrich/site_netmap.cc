// SPDX-License-Identifier: Apache-2.0
#include "server/enrich/site_netmap.h"

#include <optional>
#include <utility>
#include <vector>

namespace dims {

std::shared_ptr<const Netmap> MakeNetmap(const RegistrySnapshot& registry) {
  std::vector<Netmap::Owner> owners;
  for (const auto& [id, site] : registry.sites) {
    Netmap::Owner owner{id, {}, site.domains};
    for (const std::string& text : site.cidrs) {
      if (const std::optional<Cidr> block = Cidr::Parse(text)) owner.blocks.push_back(*block);
    }
    owners.push_back(std::move(owner));
  }
  return std::make_shared<const Netmap>(owners);
}

}  // namespace dims

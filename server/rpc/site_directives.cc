// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/site_directives.h"

namespace dims {

DirectiveSet DirectivesOf(const RegistrySnapshot& registry, absl::string_view site,
                          absl::Time now) {
  DirectiveSet set;
  const SiteDirectives* const of_site = registry.FindDirectives(site);
  if (of_site == nullptr) return set;
  set.version = of_site->version;
  for (const DirectiveRecord& record : of_site->records) {
    if (record.asked.until_ns > absl::ToUnixNanos(now)) set.directives.push_back(record.asked);
  }
  return set;
}

}  // namespace dims

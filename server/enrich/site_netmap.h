// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "common/match/netmap.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

// The networks and domains of every registered site, under the sites' ids.
std::shared_ptr<const Netmap> MakeNetmap(const RegistrySnapshot& registry);

}  // namespace dims

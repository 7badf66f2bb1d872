// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/delivery/directives.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

// What agents of `site` are asked: everything that has not ended. Thread: any.
DirectiveSet DirectivesOf(const RegistrySnapshot& registry, absl::string_view site, absl::Time now);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/registry/records.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

// What a record must keep to before it enters the registry. Each error names the object and what
// would be right.

absl::Status CheckGroup(const TrustGroup& group);

// `site` in canonical form (blocks without host bits, domains in lower case, no doubles), given
// that no other site of `snapshot` has one of its networks.
absl::StatusOr<Site> CheckedSite(Site site, const RegistrySnapshot& snapshot);

absl::Status CheckUser(const UserRecord& user, const RegistrySnapshot& snapshot);

// Given what its site is asked already.
absl::Status CheckDirectiveRecord(const DirectiveRecord& record, const RegistrySnapshot& snapshot);

absl::Status CheckGrant(const JoinGrant& grant, const RegistrySnapshot& snapshot);

}  // namespace dims

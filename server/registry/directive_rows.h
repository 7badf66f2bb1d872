// SPDX-License-Identifier: Apache-2.0
// For this folder's sources only: directives as rows of registry.db.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sqlite/database.h"
#include "server/registry/records.h"

namespace dims {

absl::Status LoadDirectives(Database& database, std::map<std::string, SiteDirectives>& by_site);

// Each counts the site's version up. Insert returns the id, which is never used again.
absl::StatusOr<std::uint64_t> InsertDirective(Database& database, const DirectiveRecord& record);
absl::Status DeleteDirective(Database& database, const DirectiveRecord& record);

// Those that ended before `time`, of all sites; no version changes, since agents know the end.
absl::Status DeleteEndedDirectives(Database& database, absl::Time time);

}  // namespace dims

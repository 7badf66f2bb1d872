// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/sqlite/database.h"

namespace dims {

// Brings the schema to version steps.size(): runs steps[user_version..], each in its own
// transaction together with its user_version, so that a crash between two steps is continued at the
// next start. Steps once released never change.
//
// Errors: FailedPrecondition when the file is newer than `steps` (nothing was touched); else the
// failing step's.
absl::Status Migrate(Database& database, std::span<const absl::string_view> steps);

}  // namespace dims

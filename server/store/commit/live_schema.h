// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "absl/strings/string_view.h"

namespace dims {

// The steps that make live.db's schema, oldest first; docs/live_schema.md explains each table.
std::span<const absl::string_view> LiveSchemaSteps();

}  // namespace dims

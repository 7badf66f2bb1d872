// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/filter/query.h"

namespace dims {

// The name columns have for what was typed: a core field in any case, a group, an alias ("site"), a
// name of `known`, or labels.* as it stands. Empty: no such field.
std::optional<std::string> ResolveField(absl::string_view typed, const KnownFields& known);

// The known name most like `typed`; empty when none is close.
std::string NearestField(absl::string_view typed, const KnownFields& known);

}  // namespace dims

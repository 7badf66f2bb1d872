// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// ASCII texts (case folded) of which every match of an RE2 expression holds each; empty when that
// is not plain to see. Never wrong, often incomplete.
std::vector<std::string> LiteralsOfRegex(absl::string_view pattern);

// The same for a wildcard pattern: what stands between the wildcards.
std::vector<std::string> LiteralsOfWildcard(absl::string_view pattern);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/site_formats/site_pattern.h"

namespace dims {

// What is wrong with a name or a value, and what may have been meant.
struct Objection {
  std::string message;
  std::string hint;
};

// Where a capture goes that is to become `field`; none, with the reason in `objection`, when a
// parser of a site may not set it.
std::optional<SitePattern::Capture> CaptureTarget(absl::string_view field, Objection& objection);

// The same for a value that is always the same, which must fit the field's type and, where ECS
// names the words that may stand in a field, be one of them.
std::optional<SitePattern::Constant> ConstantTarget(absl::string_view field,
                                                    absl::string_view value, bool list,
                                                    Objection& objection);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// ArcSight's Common Event Format, behind any syslog header or none; the extension dictionary of
// "ArcSight Common Event Format, Implementation Standard" 25. Custom values go under the names
// their labels give them: "cs1=Blocked cs1Label=Policy State" is labels.cef.Policy_State. What
// FortiGate and PAN-OS send in it is read as in their own formats.
//
// The time is rt, else end or start. Severity words count 3, 6, 8 and 10. Thread: any.
bool IsCef(const TextInput& input);
std::optional<TextResult> ParseCef(const TextInput& input, EventRow& row);

// success for what was let through, failure for what was not; empty: the word says neither.
absl::string_view OutcomeOfAction(absl::string_view action);

}  // namespace dims

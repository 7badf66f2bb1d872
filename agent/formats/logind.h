// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// systemd-logind: "New session 12 of user root.", "Session 12 logged out. ...", "Removed session
// 12." False: none of them. Thread: any.
bool ParseLogind(absl::string_view message, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// What a record of PAN-OS says of itself. Views, only read.
struct PanosKind {
  absl::string_view type;     // TRAFFIC, THREAT, ...
  absl::string_view subtype;  // start, end, url, auth, ...
  absl::string_view action;   // allow, deny, reset-both, ...
  absl::string_view event;    // SYSTEM, GLOBALPROTECT, AUTHENTICATION: what happened
  absl::string_view result;   // CONFIG and GLOBALPROTECT: how it ended
};

// event.kind, event.category, event.type, event.action and event.outcome. Thread: any.
void SetPanosMeaning(const PanosKind& kind, EventRow& row);

}  // namespace dims

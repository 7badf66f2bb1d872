// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// The words for actions that FortiOS (and FortiGate's CEF) uses for what did not pass.
bool IsFortigateRefusal(absl::string_view action);

// event.category, event.type, event.kind and event.outcome of a record. Views are only read.
struct FortigateKind {
  absl::string_view type;     // traffic, utm, event, anomaly, voip
  absl::string_view subtype;  // forward, webfilter, user, vpn, system ...
  absl::string_view action;
  absl::string_view status;  // of events: success, failure
};

void SetFortigateMeaning(const FortigateKind& kind, EventRow& row);

}  // namespace dims

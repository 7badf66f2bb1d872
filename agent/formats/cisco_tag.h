// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// "%FACILITY-SUBFACILITY-SEVERITY-MNEMONIC: text", by which devices of Cisco name their messages:
// "%ASA-6-302013", "%ASA-session-5-106100", "%SEC_LOGIN-5-LOGIN_SUCCESS",
// "%SYS-SW1-5-CONFIG_I". Views of the line. A value.
struct CiscoTag {
  absl::string_view facility;
  absl::string_view subfacility;  // all between facility and severity; mostly empty
  int severity = -1;              // 0..9 as the device wrote it; above 7 it means nothing
  absl::string_view mnemonic;     // "302013", "CONFIG_I"
  absl::string_view before;       // of the line's text before the tag, trimmed
  absl::string_view text;         // behind the tag
};

// The tag in the first bytes of a line's text; none: no such line. Thread: any.
std::optional<CiscoTag> FindCiscoTag(const TextInput& input);

// observer.vendor and .type, event.code, event.severity and log.level. Thread: the row's.
void SetCiscoTag(const CiscoTag& tag, absl::string_view observer_type, EventRow& row);

}  // namespace dims

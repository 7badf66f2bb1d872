// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// Security events of Cisco's Threat Defense, 430001 to 430005: "SrcIP: 192.0.2.1, DstIP: ...,
// AccessControlRuleAction: Allow, ...". Values may hold commas. What has no field of its own
// becomes labels.cisco.ftd.KEY. `number` 0: without a tag, told by its keys.
//
// False, and nothing written: the text has no such pairs. Thread: the row's.
bool ParseFtdEvent(int number, absl::string_view text, EventRow& row);

// True for the keys that such a text without a tag starts with.
bool LooksLikeFtdEvent(absl::string_view text);

// What people do in the Management Center, as it writes it to syslog: "fmc.example:
// admin@192.0.2.1, System > Configuration, Page View x0a x00".
bool IsManagementAudit(absl::string_view text);
void ParseManagementAudit(absl::string_view text, EventRow& row);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/keyed_fields.h"
#include "agent/formats/text_format.h"

namespace dims {

// Security logs of Juniper's SRX: RT_FLOW, APPTRACK, RT_IDS screens, RT_IDP, RT_UTM and their _LS
// forms of logical systems, as structured data ("RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.26
// source-address="..." ...]", sd-syslog) or as text ("RT_FLOW_SESSION_CREATE: session created
// 192.0.2.1/5->198.51.100.2/80 ..."); any other message of Junos that has structured data. Names:
// Juniper's System Log Explorer. A refused session is event.outcome failure. Thread: any.
bool IsSrx(const TextInput& input);
std::optional<TextResult> ParseSrx(const TextInput& input, EventRow& row);

// "session created|closed|denied ..." behind the tag, as text. False: it is something else.
bool ParseSrxFlowText(absl::string_view text, KeyedFields& fields);

// What a message is and how it ended. Views, only read.
struct SrxKind {
  absl::string_view tag;  // RT_FLOW_SESSION_CREATE
  absl::string_view action;
  absl::string_view attack;
};

void SetSrxMeaning(const SrxKind& kind, EventRow& row);

}  // namespace dims

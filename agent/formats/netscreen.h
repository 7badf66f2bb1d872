// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// NetScreen and ScreenOS: "NetScreen device_id=fw1 [Root]system-notification-00257(traffic):
// start_time="2026-01-02 03:04:05" duration=0 policy_id=5 service=dns proto=17 src zone=Trust ..."
// whose keys may hold blanks and which carries addresses before and after translation; and the
// other messages, which are sentences ("SYN flood! From 192.0.2.1:5 to ..., proto TCP"). Numbers:
// ScreenOS Message Log Reference Guide. Thread: any.
bool IsNetscreen(const TextInput& input);
std::optional<TextResult> ParseNetscreen(const TextInput& input, EventRow& row);

}  // namespace dims

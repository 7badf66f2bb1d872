// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// FortiOS logs as key=value ("date=2026-01-02 time=03:04:05 devname="fw1" devid=... logid=...
// type="traffic" subtype="forward" ..."), of FortiGate and its kin; the "csv" style with commas
// between the pairs too. Keys: the FortiOS log message reference, 5.x to 7.x.
//
// The time is date, time and tz; eventtime (seconds to nanoseconds since 1970) where it says the
// same more exactly, or where date or tz are missing. A refused connection is event.type denied and
// event.outcome failure. Thread: any.
bool IsFortigate(const TextInput& input);
std::optional<TextResult> ParseFortigate(const TextInput& input, EventRow& row);

}  // namespace dims

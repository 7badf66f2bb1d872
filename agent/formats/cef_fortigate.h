// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/cef_line.h"
#include "agent/formats/text_format.h"

namespace dims {

// True when the header names a FortiGate.
bool IsFortigateCef(const CefReader& cef);

// The pairs of a FortiGate's CEF ("FTNTFGTlogid=... src=... act=...") as a FortiOS record. `cef`
// has read its header. Thread: any.
std::optional<TextResult> ParseFortigateCef(CefReader& cef, EventRow& row);

}  // namespace dims

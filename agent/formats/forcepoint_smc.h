// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// Audit and alert records of Forcepoint's (Stonesoft's) management center as its log server
// forwards them: Timestamp="2026-01-02 03:04:05",NodeId="192.0.2.1",CompId="...",InfoMsg="...",...
// with the firewall's fields (Src, Dst, Sport, Dport, Action, RuleId) where a connection is told.
// Thread: any.
bool IsForcepointSmc(const TextInput& input);
std::optional<TextResult> ParseForcepointSmc(const TextInput& input, EventRow& row);

}  // namespace dims

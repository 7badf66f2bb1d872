// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// TippingPoint intrusion prevention, separated by commas, tabs, bars or semicolons. From the device
// itself: "ALT,v6,20260102T030405+0100,"ips1"/192.0.2.9,1017,1,Permit,Low,UUID,"6890: IM: ...",
// tcp," ",192.0.2.1,5,198.51.100.2,80,..." (ALT alert, BLK block, P2P; addresses with their ports
// in one column before v6). From its management (SMS): "8<tab>3<tab>policy UUID<tab>signature
// UUID<tab> 6890: IM:
// ...<tab>6890<tab>tcp<tab>192.0.2.1<tab>5<tab>198.51.100.2<tab>80<tab>1<tab>..." (7 permit, 8
// block, 9 misuse). Releases differ in columns nobody needs: what matters is found by its shape.
// Thread: any.
bool IsTippingPoint(const TextInput& input);
std::optional<TextResult> ParseTippingPoint(const TextInput& input, EventRow& row);

}  // namespace dims

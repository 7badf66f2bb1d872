// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "common/event/fields.h"

namespace dims {

// What a field was looked up by: what names it tells who it was. Bits.
enum Origin : std::uint8_t { kNoOrigin = 0, kOfSource = 1, kOfDestination = 2, kOfHost = 4 };

inline constexpr Origin kOrigins[] = {kOfSource, kOfDestination, kOfHost};

// source.geo.*, source.as.*, source.nat.ip and labels.source.asset* are of the source, and so on;
// whether the agent looked them up or the line had them.
Origin OriginOf(absl::string_view field);

// The fields that it may have been looked up by, the address or name first.
std::span<const Field> KeysOf(Origin origin);

}  // namespace dims

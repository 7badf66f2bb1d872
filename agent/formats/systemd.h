// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// What systemd says of its units: "Started nginx.service - A web server.", "Stopped target Paths.",
// "Failed to start X.", "x.service: Main process exited, code=exited, status=1/FAILURE",
// "x.service: Failed with result 'exit-code'." (src/core/unit.c and service.c). service.name is the
// unit where it is named, labels.systemd.description what it is called.
bool IsSystemd(const TextInput& input);
std::optional<TextResult> ParseSystemd(const TextInput& input, EventRow& row);

}  // namespace dims

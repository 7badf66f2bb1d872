// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "common/event/fields.h"

namespace dims {

// The core field that a name used by other software means: "src_ip", "SPT", "alert.signature".
// Letter case does not count. None: it stays a label. Thread: any.
std::optional<Field> FieldAlias(absl::string_view name);

// True for core fields a line may not set by naming them: what the agent, the header or the server
// says about the event.
bool IsReservedField(Field field);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// What a record type of Linux audit means; null: nothing in particular. Thread: any.
const EventMeaning* MeaningOfAudit(absl::string_view type);

// The name of a type that the kernel prints as a number ("1400"), or the number itself.
absl::string_view AuditTypeName(absl::string_view type);

}  // namespace dims

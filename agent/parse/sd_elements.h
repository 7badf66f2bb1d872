// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/field_writer.h"

namespace dims {

// RFC 5424 structured data, brackets included: [id name="value"] becomes labels.sd.id.name. What is
// malformed ends it. Thread: any.
void ParseStructuredData(absl::string_view text, FieldWriter& writer);

}  // namespace dims

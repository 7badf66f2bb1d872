// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/pipeline/batch_assembler.h"

namespace dims {

// The words that an input's `format` may be: auto, syslog, json, keyvalue, raw and the names of
// TextFormats().
std::vector<std::string> LineFormatNames();

// The values of an input's keys `format` and `timezone`. InvalidArgument names what would do.
absl::Status SetLineFormat(absl::string_view name, LineSettings& lines);
absl::Status SetLineZone(const std::string& name, LineSettings& lines);

}  // namespace dims

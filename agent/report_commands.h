// SPDX-License-Identifier: Apache-2.0
// What site staff ask of an agent from beside it: the process may run or be dead.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/status/status_file.h"
#include "common/base/clock.h"

namespace dims {

// What the process last said, with the buffer's own figures where the process is gone.
absl::StatusOr<AgentStatus> ReadAgentStatus(const std::string& state_directory, const Clock& clock);

// Prints what left this site, newest first, at most `rows_max` events: the original lines, or one
// JSON object a line.
absl::Status PrintSent(const std::string& state_directory, std::uint64_t rows_max, bool json);

}  // namespace dims

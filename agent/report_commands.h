// SPDX-License-Identifier: Apache-2.0
// What site staff ask of an agent from beside it: the process may run or be dead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/status/status_file.h"
#include "common/base/clock.h"

namespace dims {

// What the process last said, with the buffer's own figures where the process is gone.
absl::StatusOr<AgentStatus> ReadAgentStatus(const std::string& state_directory, const Clock& clock);

struct SentOptions {
  std::string state_directory;
  std::uint64_t rows_max = 20;
  std::optional<absl::Duration> since;  // only what was taken in since then
  bool json = false;                    // one JSON object a line, else the original lines
};

// Prints what left this site, newest first.
absl::Status PrintSent(const SentOptions& options, const Clock& clock);

// Prints what leaves from now on, as it comes into the buffer, whether it reached the server yet or
// not. Ends with SIGINT or SIGTERM.
absl::Status PrintTap(const std::string& state_directory, bool json);

}  // namespace dims

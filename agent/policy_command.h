// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "agent/trial_lines.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

struct PolicyTestOptions {
  TrialSource lines;
  std::string policy = "/etc/dims-agent/policy.toml";
  std::string state_directory;  // whose policy.key names values, where it has one
  std::uint64_t rows_max = 20;  // lines shown; all are read for the summary
  bool json = false;
};

// Prints what would leave of the lines of a file under a policy: of each line the text and the
// fields that differ, before and after; or {"line":1,"before":{...},"after":{...}}, where "after"
// is null for what would be dropped. Then how many were dropped and changed. Nothing is stored,
// sent or made: without a key yet, names are made with one for this call. Errors: NotFound,
// InvalidArgument (the policy's problems, format, zone), DataLoss (policy.key).
absl::Status TestPolicy(const PolicyTestOptions& options, const Clock& clock, Random& random);

}  // namespace dims

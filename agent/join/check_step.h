// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"

namespace dims {

// One thing that has to be right before an agent can send, and how it was found. A value.
struct CheckStep {
  std::string name;  // one word: "state", "dns", "tcp", "tls", "clock", ...
  absl::Status outcome;
  std::string note;  // what was found when it is right
};

// "ok    dns          centre.example is 198.51.100.1" or "FAIL  tcp          <reason and remedy>";
// one line without control characters.
std::string FormatCheckStep(const CheckStep& step);

}  // namespace dims

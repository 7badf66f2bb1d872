// SPDX-License-Identifier: Apache-2.0
#include "agent/join/check_step.h"

#include "absl/strings/str_format.h"
#include "common/base/log.h"

namespace dims {

std::string FormatCheckStep(const CheckStep& step) {
  const bool passed = step.outcome.ok();
  return absl::StrFormat("%-5s %-12s %s", passed ? "ok" : "FAIL", step.name,
                         EscapeControls(passed ? step.note : step.outcome.message()));
}

}  // namespace dims

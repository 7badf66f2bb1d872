// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

// What to add to `error`, why there is no stream, when this machine's clock explains it; else
// empty.
//
// A clock before `not_before` of the agent's own certificate is wrong. One after its `not_after`
// is, when the handshake failed too: a server renews its certificate long before it runs out. An
// agent that was merely off for long meets a server whose certificate holds.
std::string ClockHint(absl::string_view error, absl::Time not_before, absl::Time not_after,
                      absl::Time now);

}  // namespace dims

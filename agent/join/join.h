// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/join/agent_identity.h"
#include "agent/join/check_step.h"
#include "common/base/clock.h"

namespace dims {

struct JoinOptions {
  std::string token;
  std::string state_directory;
  std::string version;
  absl::Duration network_timeout = absl::Seconds(15);
  bool check_only =
      false;  // every step up to the clock; nothing is written, the token stays unused
};

// Makes this machine an agent of the site the token names: checks, in this order, token, state
// directory, names, ports, the server's pinned authority and the clock; then makes the key here,
// has it certified and stores everything. Each step is reported as it ends; the first that fails
// ends it, with an error that says what to do.
//
// Repeating is safe: after a lost answer the same token works again with the key that is already
// there. A machine that has joined is left alone (FailedPrecondition). The key never leaves the
// directory. Blocks; thread: one.
absl::StatusOr<AgentIdentity> Join(const JoinOptions& options, const Clock& clock,
                                   const std::function<void(const CheckStep&)>& report);

}  // namespace dims

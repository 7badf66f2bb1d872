// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "agent/running_agent.h"

namespace dims {

// Runs the agent until SIGTERM or SIGINT; SIGHUP reloads its configuration. Says READY when the
// buffer is recovered and inputs are set up, not when the server was reached: an outage must not
// fail a boot. Blocks; call once, from main, before any thread. Not OK: it could not start, or the
// buffer's state is unknown and the process must start again.
// While the disk cannot be used it runs and waits, rather than to be started again for ever.
absl::Status RunAgent(RunningAgentOptions options, Clock& clock, Random& random);

}  // namespace dims

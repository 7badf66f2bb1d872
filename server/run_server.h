// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

// Runs the server of `directory` until SIGTERM or SIGINT: builds every part in the order in which
// events meet them, says READY when recovery is done and both ports listen, and stops in reverse.
// Blocks; call once, from main, before any thread. Not OK: it could not start, or had to stop since
// a commit's outcome is unknown (start it again: agents and server reconcile).
absl::Status RunServer(const std::string& directory, Clock& clock, Random& random);

}  // namespace dims

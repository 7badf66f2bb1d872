// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

struct InitializeOptions {
  std::string directory;
  std::string listen;       // HOST:PORT; port 0 picks a free one
  std::string join_listen;  // empty: the main port's next one
  std::string advertise;    // the host agents and users connect to; empty: the host of `listen`
  std::string name;         // of the trust group, as people write it
};

// Makes a new server in `directory` (mode 0700): keys and certificates, an empty registry, the
// settings file, and the first operator's identity file. FailedPrecondition when a server is there
// already; nothing is ever overwritten. Prints nothing; on success `summary` tells what was made
// and what to do next.
absl::Status InitializeDirectory(const InitializeOptions& options, Clock& clock, Random& random,
                                 std::string& summary);

}  // namespace dims

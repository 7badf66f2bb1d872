// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "agent/join/check_step.h"
#include "common/base/clock.h"

namespace dims {

struct DoctorOptions {
  std::string state_directory;
  std::string config_path;
  absl::Duration network_timeout = absl::Seconds(10);
};

// Walks everything an agent needs, from its files to the server, and says of each whether it is
// right, else what to do: state, config, inputs, disk, dns, tcp, tls, certificate, clock, service,
// buffer. Unlike joining it goes on after a failure; what cannot be looked at without an earlier
// step is left out.
//
// Changes nothing, sends nothing but a TLS handshake; works beside a running agent and without one.
// Returns whether all steps passed. Blocks for some network_timeouts at most. Thread: one.
bool Examine(const DoctorOptions& options, const Clock& clock,
             const std::function<void(const CheckStep&)>& report);

}  // namespace dims

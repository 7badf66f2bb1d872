// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"
#include "common/delivery/envelope.h"
#include "server/detect/alert.h"
#include "server/ingest/stream.h"

namespace dims {

// That a batch of `agent` was quarantined undecoded; its key is the same whenever it comes again.
Alert PoisonAlert(const AgentRef& agent, const Envelope& envelope, absl::Time now);

// That `agent` runs twice (D7); the same all day.
Alert ClonedAlert(const AgentRef& agent, absl::Time now);

}  // namespace dims

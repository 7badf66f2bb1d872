// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/poison_alert.h"

#include "absl/strings/str_cat.h"

namespace dims {

Alert PoisonAlert(const AgentRef& agent, const Envelope& envelope, absl::Time now) {
  return {0,
          absl::ToUnixNanos(now),
          "poison_batch",
          absl::StrCat(agent.agent, "/", absl::Hex(envelope.epoch, absl::kZeroPad16), "/",
                       envelope.sequence),
          0,
          absl::StrCat("batch ", envelope.sequence, " of agent ", agent.agent, " (", agent.site,
                       ") was in flight when the server crashed, twice: quarantined undecoded"),
          {agent.site},
          {}};
}

}  // namespace dims

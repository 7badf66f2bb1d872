// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/delivery_alerts.h"

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

Alert ClonedAlert(const AgentRef& agent, absl::Time now) {
  const absl::Time day = absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), absl::Hours(24));
  return {0,
          absl::ToUnixNanos(now),
          "agent_cloned",
          agent.agent,
          absl::ToUnixNanos(day),
          absl::StrCat("agent ", agent.agent, " of ", agent.site,
                       " runs twice: two processes take turns with one identity"),
          {agent.site},
          {}};
}

}  // namespace dims

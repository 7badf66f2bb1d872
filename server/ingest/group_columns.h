// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/delivery/envelope.h"
#include "common/event/event_batch.h"
#include "dims/v1/tail.pb.h"

namespace dims {

// Where the rows of one envelope lie in the concatenated batch of a commit group: consecutive, in
// row order.
struct EnvelopeRows {
  std::string agent;
  std::string site;
  std::string agent_version;
  std::uint64_t epoch = 0;
  std::uint64_t first_ordinal = 0;
  std::uint32_t payload_rows = 0;             // of the envelope, skipped rows included
  std::vector<std::uint32_t> kept;            // payload row numbers that were kept, ascending
  std::vector<RowRange> maybe_repeated = {};  // by payload row numbers, ascending
};

// The columns every stored event gets from its envelope: organization.id, agent.id, agent.version,
// event.ingested and the internal event.stream ("<agent>/<epoch as 16 hex digits>") and
// event.ordinal, from which event.id is made; and delivery.maybe_repeated where an envelope says
// so. Derived again at start-up, so they are not part of the annex.
std::vector<Column> OriginColumns(std::span<const EnvelopeRows> envelopes,
                                  std::int64_t received_ns);

// Replaces event times that cannot be: more than 24 h ahead of receipt, or older than
// `oldest_kept_ns`, become the receipt time, with the claimed one in labels.time_claimed and the
// tag "time_replaced" (DESIGN §5), and are counted in what is returned. Rows without a @timestamp
// get the receipt time as well, but no tag: nothing was claimed. What changed goes into `annex`.
// Derived again at start-up, like the origin.
std::uint32_t ReplaceImpossibleTimes(const EventBatch& batch, std::int64_t received_ns,
                                     std::int64_t oldest_kept_ns, std::vector<Column>& annex);

// Rows whose event time is within `late_limit` before receipt and which no backfill brought: the
// only ones that may raise alerts.
RowBitmap LiveRows(const EventBatch& batch, std::int64_t received_ns, absl::Duration late_limit);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "common/event/event_batch.h"

namespace dims {

// The rows of one commit group, complete: payload, origin, annex and the internal columns
// event.stream and event.ordinal. May span several days.
struct OpenChunk {
  std::shared_ptr<const EventBatch> batch;
  std::int64_t tail_id = 0;
  std::int64_t received_ns = 0;
};

// Where committed rows become searchable at once: the open blocks of their days.
//
// Append: called by the commit thread right after the commit, before the ack; when it returns, new
// queries see the rows.
class OpenRows {
 public:
  virtual ~OpenRows() = default;

  virtual void Append(OpenChunk chunk) = 0;

  // False when so many rows wait to be sealed (or the disk for sealing is full) that agents must be
  // given no credit.
  virtual bool AcceptsMore() const = 0;
};

}  // namespace dims

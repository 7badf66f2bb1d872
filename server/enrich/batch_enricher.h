// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/event/event_batch.h"

namespace dims {

// Adds what the server knows about a commit group's events, once per distinct value: owner and
// friend or foe of addresses, indicators that match. Thread: the commit thread; implementations
// read immutable snapshots.
class BatchEnricher {
 public:
  virtual ~BatchEnricher() = default;

  // Appends columns of batch.rows() rows to `annex`; a column there replaces one of the same name
  // and type.
  virtual void Enrich(const EventBatch& batch, std::vector<Column>& annex) = 0;
};

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/enrich/enrich_config.h"
#include "common/event/event_batch.h"

namespace dims {

// The events of the batch get the tags of every rule that fits them; hosts and inputs are judged
// once for each distinct one, filters by column. A filter that fails fits nothing. A pure function;
// thread: any.
EventBatch WithRuleTags(const std::vector<TagRule>& rules, EventBatch batch);

}  // namespace dims

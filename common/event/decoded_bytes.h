// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "common/event/event_batch.h"

namespace dims {

// About how much memory the columns take.
std::size_t DecodedBytes(const EventBatch& batch);

}  // namespace dims

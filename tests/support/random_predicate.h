// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/event/predicate.h"
#include "tests/support/seeded_random.h"

namespace dims {

// A predicate of any kind whose text is, or is made from, what RandomBatch puts into columns.
Predicate RandomPredicate(SeededRandom& random);

}  // namespace dims

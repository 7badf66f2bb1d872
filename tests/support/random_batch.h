// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/event/event_batch.h"
#include "tests/support/seeded_random.h"

namespace dims {

// A value as logs have them and as attackers write them: words in both cases, numbers, addresses,
// empty, punctuation, wildcards, ANSI codes, bytes that are no UTF-8, and runs of random letters.
// Few enough that random values meet.
std::string RandomValue(SeededRandom& random);

IpAddress RandomAddress(SeededRandom& random);

// Small numbers, ports, limits of int64.
std::int64_t RandomInteger(SeededRandom& random);

// One column of random values, with rows absent now and then, never, or always.
Column RandomColumn(absl::string_view name, ColumnType type, std::uint32_t rows,
                    SeededRandom& random);

// `rows` events with columns of every type under core names, and labels.code under two types. Some
// columns are left out now and then.
EventBatch RandomBatch(std::uint32_t rows, SeededRandom& random);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/day_files.h"
#include "server/store/ledger.h"
#include "server/store/manifest.h"

namespace dims {

// What a start found that does not fit together. Missing blocks are an alarm and a gap of so many
// rows; the rest is kept as it is and not queried.
struct StoreRecovery {
  std::vector<LedgerRow> missing;       // the ledger names them, no day file holds them (whole)
  std::vector<std::string> set_aside;   // blocks in day files that the ledger does not name
  std::vector<std::string> unreadable;  // day files that cannot be read, with the reason
};

struct FoundBlocks {
  std::vector<SealedBlock> blocks;  // that count, by day and id
  StoreRecovery recovery;
};

// Compares the ledger with the day files. Errors: of a disk that fails, which says nothing about
// what it holds.
absl::StatusOr<FoundBlocks> FindBlocks(const std::vector<LedgerRow>& ledger, DayFiles& files);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "server/store/ledger.h"
#include "server/store/manifest.h"

namespace dims {

// What a full check of the sealed blocks found.
struct VerifyFindings {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;           // read
  std::vector<std::string> damaged;  // one line a problem, with block and reason
};

// Holds what is stored against the `ledger` of the same moment as `manifest`: each block it names
// is there, its stored header has the digest that was written when it counted, and every column,
// read whole, has its checksum and decodes. Thread: any, beside everything else; about a second for
// 20 MB. Once `stop` is set it ends after the block in hand, and says nothing of the rest.
VerifyFindings VerifyBlocks(const Manifest& manifest, std::span<const LedgerRow> ledger,
                            const std::atomic<bool>& stop);

}  // namespace dims

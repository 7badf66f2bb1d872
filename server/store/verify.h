// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/store/manifest.h"

namespace dims {

// What a full check of the sealed blocks found.
struct VerifyFindings {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;           // read
  std::vector<std::string> damaged;  // one line a column, with block and reason
};

// Reads every column of every sealed block of `manifest`, checks its checksums and decodes it.
// Thread: any, beside everything else; about a second for 20 MB.
VerifyFindings VerifyBlocks(const Manifest& manifest);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/crypto/sha256.h"

namespace dims {

// The hash chain that ties an agent's batches together; both ends compute it, so a history that
// forked (a restored backup, a clone) shows at the first comparison. Byte layout, also in
// docs/wire_format.md:
//   chain_0 = SHA-256("dims-chain-v1" | 0x00 | agent id as text | epoch as 8 bytes LE)
//   chain_n = SHA-256(chain_{n-1} | epoch as 8 bytes LE | sequence as 8 bytes LE | payload digest,
//   32 bytes)
Sha256Digest ChainStart(absl::string_view agent_id, std::uint64_t epoch);
Sha256Digest ChainNext(const Sha256Digest& previous, std::uint64_t epoch, std::uint64_t sequence,
                       const Sha256Digest& payload_digest);

}  // namespace dims

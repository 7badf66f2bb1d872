// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/sha256.h"

namespace dims {

// One sealed block that counts.
struct LedgerRow {
  std::string block;     // its name, unique for ever
  std::int64_t day = 0;  // UTC days since 1970
  std::uint32_t rows = 0;
  Sha256Digest digest{};         // of the block's header, which holds the checksums of its columns
  std::int64_t sealed_upto = 0;  // rows of `day` from tail groups up to this id lie in blocks

  friend bool operator==(const LedgerRow&, const LedgerRow&) = default;
};

// Which sealed blocks count, and so which rows of the tail are already in one. A block without a
// row here is set aside at start; a row without its block is an alarm. Kept in live.db, so that it
// is atomic with the tail.
//
// Thread: the commit thread. Errors: a write that fails with anything but ResourceExhausted has an
// unknown outcome.
class Ledger {
 public:
  virtual ~Ledger() = default;

  virtual absl::StatusOr<std::vector<LedgerRow>> Rows() = 0;

  // One transaction: the rows are written (several blocks when one commit group alone fills more
  // than one) and the tail groups whose days are all covered go.
  virtual absl::Status RecordSealed(std::span<const LedgerRow> rows,
                                    std::span<const std::int64_t> covered_tail_ids) = 0;

  // One transaction: these blocks no longer count (retention); their files may go afterwards.
  virtual absl::Status Forget(std::span<const std::string> blocks) = 0;
};

}  // namespace dims

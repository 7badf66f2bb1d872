// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "server/store/ledger.h"
#include "server/store/open_rows.h"

namespace dims {

// live.db as far as the store sees it, in memory: the ledger and the tail. Thread: one.
class MemoryLedger final : public Ledger {
 public:
  absl::StatusOr<std::vector<LedgerRow>> Rows() override { return rows_; }

  absl::Status RecordSealed(std::span<const LedgerRow> rows,
                            std::span<const std::int64_t> covered_tail_ids) override {
    if (!next_write_.ok()) return std::exchange(next_write_, absl::OkStatus());
    for (const LedgerRow& row : rows) {
      for (const LedgerRow& known : rows_) {
        if (known.block == row.block) return absl::AlreadyExistsError(row.block);
      }
    }
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    for (const std::int64_t id : covered_tail_ids) tail_.erase(id);
    return absl::OkStatus();
  }

  absl::Status Forget(std::span<const std::string> blocks) override {
    if (!next_write_.ok()) return std::exchange(next_write_, absl::OkStatus());
    std::erase_if(rows_, [&](const LedgerRow& row) {
      return std::find(blocks.begin(), blocks.end(), row.block) != blocks.end();
    });
    return absl::OkStatus();
  }

  // The next write fails so, and changes nothing.
  void FailNextWrite(absl::Status with) { next_write_ = std::move(with); }

  // A commit group of the tail.
  void Commit(const OpenChunk& chunk) { tail_[chunk.tail_id] = chunk; }

  const std::map<std::int64_t, OpenChunk>& tail() const { return tail_; }

 private:
  std::vector<LedgerRow> rows_;
  std::map<std::int64_t, OpenChunk> tail_;
  absl::Status next_write_;
};

}  // namespace dims

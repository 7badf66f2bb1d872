// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_ledger.h"

#include "tests/support/ledger_contract.h"

namespace dims {
namespace {

class MemoryLedgerHarness final : public LedgerHarness {
 public:
  Ledger& ledger() override { return ledger_; }

  std::int64_t CommitGroup() override {
    ledger_.Commit(OpenChunk{nullptr, ++last_id_, 0});
    return last_id_;
  }

  std::vector<std::int64_t> TailIds() override {
    std::vector<std::int64_t> ids;
    for (const auto& [id, chunk] : ledger_.tail()) ids.push_back(id);
    return ids;
  }

  void Restart() override {}

 private:
  MemoryLedger ledger_;
  std::int64_t last_id_ = 0;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LedgerContract, MemoryLedgerHarness);

}  // namespace
}  // namespace dims

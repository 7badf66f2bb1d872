// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/live_database.h"
#include "tests/support/ledger_contract.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

class LiveLedgerHarness final : public LedgerHarness {
 public:
  LiveLedgerHarness() { Restart(); }

  Ledger& ledger() override { return *live_; }

  std::int64_t CommitGroup() override {
    dims::CommitGroup group;
    group.tails.emplace_back().add_envelopes()->set_agent("agent");
    EXPECT_TRUE(live_->Begin().ok());
    const auto ids = live_->Write(group);
    EXPECT_TRUE(ids.ok() && live_->Commit().ok());
    return ids.ok() ? ids->front() : 0;
  }

  std::vector<std::int64_t> TailIds() override {
    std::vector<std::int64_t> ids;
    const auto visit = [&](std::int64_t id, const v1::TailGroup&) {
      ids.push_back(id);
      return absl::OkStatus();
    };
    EXPECT_TRUE(live_->ForEachTailGroup(visit).ok());
    return ids;
  }

  void Restart() override {
    live_.reset();
    LiveDatabaseOptions options;
    options.path = directory_ / "live.db";
    auto opened = LiveDatabase::Open(options, random_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    live_ = *std::move(opened);
  }

 private:
  TemporaryDirectory directory_;
  SeededRandom random_{1};
  std::unique_ptr<LiveDatabase> live_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Live, LedgerContract, LiveLedgerHarness);

}  // namespace
}  // namespace dims

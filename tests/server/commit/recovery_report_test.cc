// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/recovery_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/commit/live_reader.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

class RecoveryReportTest : public testing::Test {
 protected:
  void SetUp() override {
    LiveDatabaseOptions options;
    options.path = directory_ / "live.db";
    auto opened = LiveDatabase::Open(options, random_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    live_ = *std::move(opened);
  }

  TemporaryDirectory directory_;
  SeededRandom random_{1};
  SimulatedClock clock_;
  std::unique_ptr<LiveDatabase> live_;
};

TEST_F(RecoveryReportTest, RaisesOneAlertAndOneGapForEachMissingBlockOverAllStarts) {
  StoreRecovery recovery;
  recovery.missing = {{"day-20260115/1-aa", 20468, 100, {}, 5},
                      {"day-20260115/2-bb", 20468, 70, {}, 9}};
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(ReportRecovery(recovery, *live_, clock_).ok());
  }
  const auto alerts = live_->Unnotified(10);
  ASSERT_TRUE(alerts.ok());
  ASSERT_EQ(alerts->size(), 2u);
  EXPECT_EQ((*alerts)[0].rule, "store_block_missing");
  EXPECT_EQ((*alerts)[0].key, "day-20260115/1-aa");

  const auto reader = LiveReader::Open(directory_ / "live.db");
  ASSERT_TRUE(reader.ok());
  const auto gaps = (*reader)->Gaps();
  ASSERT_TRUE(gaps.ok());
  ASSERT_EQ(gaps->size(), 2u);
  EXPECT_EQ((*gaps)[0].count + (*gaps)[1].count, 170u);
  EXPECT_THAT((*gaps)[0].reason, testing::HasSubstr("is missing or damaged"));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
// What one agent declares as lost is bounded, and still counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/commit/live_database.h"
#include "server/store/commit/live_reader.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class LiveGapsTest : public ::testing::Test {
 protected:
  LiveGapsTest() { Reopen(); }

  void Reopen() {
    live_.reset();
    LiveDatabaseOptions options;
    options.path = directory_ / "live.db";
    live_ = LiveDatabase::Open(options, random_).value();
  }

  static Gap Lost(const std::string& agent, std::int64_t from_ns, std::uint64_t count) {
    Gap gap;
    gap.agent = agent;
    gap.site = "seattle";
    gap.source = "udp:514";
    gap.from_ns = from_ns;
    gap.to_ns = from_ns + 5;
    gap.count = count;
    gap.reason = "buffer full";
    return gap;
  }

  void Write(std::vector<Gap> gaps) {
    CommitGroup group;
    group.new_gaps = std::move(gaps);
    ASSERT_TRUE(live_->Begin().ok());
    ASSERT_TRUE(live_->Write(group).ok());
    ASSERT_TRUE(live_->Commit().ok());
  }

  void FillList() { Write(std::vector<Gap>(kGapsPerAgentMax, Lost("a", 1000, 1))); }

  // The rows that stand for what is not listed.
  std::vector<Gap> Overflow() {
    std::vector<Gap> out;
    DatabaseOptions options;
    options.path = directory_ / "live.db";
    const auto database = Database::Open(options).value();
    Statement read =
        database->Prepare("SELECT agent, count, from_ns, to_ns FROM gap WHERE reason = ?1").value();
    read.BindText(1, kGapOverflowReason);
    while (read.Step().value()) {
      Gap& gap = out.emplace_back();
      gap.agent = std::string(read.Text(0));
      gap.count = read.Uint64(1);
      gap.from_ns = read.Int64(2);
      gap.to_ns = read.Int64(3);
    }
    return out;
  }

  std::int64_t GapRows() {
    return LiveReader::Open(directory_ / "live.db").value()->Count().value().gaps;
  }

  TemporaryDirectory directory_;
  SeededRandom random_{1};
  std::unique_ptr<LiveDatabase> live_;
};

TEST_F(LiveGapsTest, GapsBeyondTheListAreAddedUpInOneRow) {
  FillList();
  EXPECT_THAT(Overflow(), IsEmpty());
  Write({Lost("a", 900, 7), Lost("a", 2000, 3)});
  Write({Lost("a", 1500, 10)});
  ASSERT_THAT(Overflow(), SizeIs(1));
  const Gap overflow = Overflow()[0];
  EXPECT_EQ(overflow.count, 20u);
  EXPECT_EQ(overflow.from_ns, 900);
  EXPECT_EQ(overflow.to_ns, 2005);
  EXPECT_EQ(GapRows(), static_cast<std::int64_t>(kGapsPerAgentMax) + 1);
}

TEST_F(LiveGapsTest, TheBoundHoldsOverARestartAndIsEachAgentsOwn) {
  FillList();
  Reopen();
  Write({Lost("a", 1, 1), Lost("b", 1, 1)});
  ASSERT_THAT(Overflow(), SizeIs(1));
  EXPECT_EQ(Overflow()[0].agent, "a");
}

TEST_F(LiveGapsTest, AGapThatWasRefilledMakesRoom) {
  FillList();
  CommitGroup group;
  Gap refilled = Lost("a", 1000, 0);
  refilled.id = 1;
  group.changed_gaps = {refilled};
  ASSERT_TRUE(live_->Begin().ok());
  ASSERT_TRUE(live_->Write(group).ok());
  ASSERT_TRUE(live_->Commit().ok());
  Write({Lost("a", 1, 1)});
  EXPECT_THAT(Overflow(), IsEmpty());
}

TEST_F(LiveGapsTest, WhatWasRolledBackDoesNotCount) {
  CommitGroup group;
  group.new_gaps.assign(kGapsPerAgentMax, Lost("a", 1000, 1));
  ASSERT_TRUE(live_->Begin().ok());
  ASSERT_TRUE(live_->Write(group).ok());
  live_->Abandon();
  Write({Lost("a", 1, 1)});
  EXPECT_THAT(Overflow(), IsEmpty());
  EXPECT_EQ(GapRows(), 1);
}

TEST_F(LiveGapsTest, WhatMayStillBeRefilledKeepsARowOfItsOwn) {
  FillList();
  Gap refilling = Lost("a", 1, 1);
  refilling.state = GapState::kRefilling;
  Write({refilling});
  EXPECT_THAT(live_->RefillingGaps().value(), SizeIs(1));
  EXPECT_THAT(Overflow(), IsEmpty());
}

}  // namespace
}  // namespace dims

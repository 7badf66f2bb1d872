// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "server/store/ledger.h"

namespace dims {

// A ledger under test, with its tail and a restart. Implementations of the suite derive from it.
class LedgerHarness {
 public:
  virtual ~LedgerHarness() = default;

  virtual Ledger& ledger() = 0;

  // Puts a commit group into the tail and returns its id.
  virtual std::int64_t CommitGroup() = 0;

  virtual std::vector<std::int64_t> TailIds() = 0;

  // The process ends and starts again.
  virtual void Restart() = 0;
};

// What every Ledger promises to the store. A template, so that the suite runs on each harness.
template <typename Harness>
class LedgerContract : public testing::Test {
 protected:
  static LedgerRow RowOf(const std::string& block, std::int64_t day, std::int64_t sealed_upto) {
    return LedgerRow{block, day, 100, Sha256(block), sealed_upto};
  }

  Ledger& ledger() { return harness_.ledger(); }

  std::vector<LedgerRow> Rows() {
    auto rows = ledger().Rows();
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::sort(rows->begin(), rows->end(),
              [](const LedgerRow& a, const LedgerRow& b) { return a.block < b.block; });
    return *rows;
  }

  Harness harness_;
};

TYPED_TEST_SUITE_P(LedgerContract);

TYPED_TEST_P(LedgerContract, KeepsRowsAsTheyWereRecordedOverARestart) {
  const LedgerRow a = this->RowOf("day-20260115/1-aa", 20468, 7);
  const LedgerRow b = this->RowOf("day-19691231/1-bb", -1, 9);
  ASSERT_TRUE(this->ledger().RecordSealed(std::vector{a}, {}).ok());
  ASSERT_TRUE(this->ledger().RecordSealed(std::vector{b}, {}).ok());
  EXPECT_THAT(this->Rows(), testing::ElementsAre(b, a));
  this->harness_.Restart();
  EXPECT_THAT(this->Rows(), testing::ElementsAre(b, a));
}

TYPED_TEST_P(LedgerContract, TakesCoveredGroupsFromTheTailWithTheRow) {
  const std::int64_t first = this->harness_.CommitGroup();
  const std::int64_t second = this->harness_.CommitGroup();
  const std::vector covered = {first};
  ASSERT_TRUE(
      this->ledger().RecordSealed(std::vector{this->RowOf("day/1", 1, second)}, covered).ok());
  EXPECT_THAT(this->harness_.TailIds(), testing::ElementsAre(second));
  this->harness_.Restart();
  EXPECT_THAT(this->harness_.TailIds(), testing::ElementsAre(second));
}

TYPED_TEST_P(LedgerContract, RecordsSeveralBlocksInOneTransactionOrNone) {
  const std::int64_t group = this->harness_.CommitGroup();
  const std::vector covered = {group};
  const LedgerRow one = this->RowOf("day/1", 1, group);
  const LedgerRow two = this->RowOf("day/2", 1, group);
  ASSERT_TRUE(this->ledger().RecordSealed(std::vector{one}, {}).ok());

  EXPECT_FALSE(this->ledger().RecordSealed(std::vector{two, one}, covered).ok());  // one is there
  this->harness_.Restart();
  EXPECT_THAT(this->Rows(), testing::ElementsAre(one));
  EXPECT_THAT(this->harness_.TailIds(), testing::ElementsAre(group));

  ASSERT_TRUE(this->ledger().RecordSealed(std::vector{two}, covered).ok());
  EXPECT_THAT(this->Rows(), testing::ElementsAre(one, two));
  EXPECT_THAT(this->harness_.TailIds(), testing::IsEmpty());
}

TYPED_TEST_P(LedgerContract, ForgetsOnlyTheBlocksItIsTold) {
  const LedgerRow one = this->RowOf("day/1", 1, 1);
  const LedgerRow two = this->RowOf("day/2", 1, 2);
  ASSERT_TRUE(this->ledger().RecordSealed(std::vector{one, two}, {}).ok());
  const std::vector<std::string> gone = {"day/1", "never/seen"};
  ASSERT_TRUE(this->ledger().Forget(gone).ok());
  this->harness_.Restart();
  EXPECT_THAT(this->Rows(), testing::ElementsAre(two));
}

TYPED_TEST_P(LedgerContract, NeverGivesATailIdTwice) {
  const std::int64_t first = this->harness_.CommitGroup();
  const std::vector covered = {first};
  ASSERT_TRUE(
      this->ledger().RecordSealed(std::vector{this->RowOf("day/1", 1, first)}, covered).ok());
  this->harness_.Restart();
  EXPECT_GT(this->harness_.CommitGroup(), first);
}

REGISTER_TYPED_TEST_SUITE_P(LedgerContract, KeepsRowsAsTheyWereRecordedOverARestart,
                            TakesCoveredGroupsFromTheTailWithTheRow,
                            RecordsSeveralBlocksInOneTransactionOrNone,
                            ForgetsOnlyTheBlocksItIsTold, NeverGivesATailIdTwice);

}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/store/commit/live_database.h"
#include "server/store/commit/live_reader.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LiveAlertsTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    live_.reset();
    LiveDatabaseOptions options;
    options.path = directory_ / "live.db";
    auto opened = LiveDatabase::Open(options, random_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    live_ = *std::move(opened);
  }

  static Alert About(const std::string& key, std::int64_t raised_ns) {
    return {0,
            raised_ns,
            "site_silent",
            key,
            7,
            "title of " + key,
            {key, "other"},
            {"a/1", "b/2"},
            Tlp::kAmberStrict};
  }

  std::vector<std::string> Unnotified() {
    std::vector<std::string> out;
    const std::vector<Alert> alerts = live_->Unnotified(100).value();
    for (const Alert& alert : alerts) out.push_back(alert.key);
    return out;
  }

  TemporaryDirectory directory_;
  SeededRandom random_{1};
  std::unique_ptr<LiveDatabase> live_;
};

TEST_F(LiveAlertsTest, RaisesAnAlertOfOneWindowOnce) {
  EXPECT_THAT(*live_->RaiseNow({About("a", 1), About("b", 2)}), SizeIs(2));
  const auto again = live_->RaiseNow({About("b", 3), About("c", 4)});
  ASSERT_TRUE(again.ok());
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ((*again)[0].key, "c");
  EXPECT_NE((*again)[0].id, 0);
}

TEST_F(LiveAlertsTest, KeepsWhatIsToBeNotifiedOverARestart) {
  const auto raised = live_->RaiseNow({About("a", 1), About("b", 2), About("c", 3)});
  const std::int64_t ids[] = {(*raised)[1].id};
  ASSERT_TRUE(live_->MarkNotified(ids).ok());
  Reopen();
  EXPECT_THAT(Unnotified(), ElementsAre("a", "c"));
  EXPECT_THAT(*live_->Unnotified(1), SizeIs(1));
}

TEST_F(LiveAlertsTest, TakesAnAlertBackWithItsTransaction) {
  ASSERT_TRUE(live_->Begin().ok());
  Alert alert = About("a", 1);
  ASSERT_TRUE(*live_->Raise(alert));
  live_->Abandon();
  EXPECT_THAT(Unnotified(), IsEmpty());
}

TEST_F(LiveAlertsTest, ShowsAlertsAndGapsBesideTheWriter) {
  const auto reader = LiveReader::Open(directory_ / "live.db");
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_TRUE(live_->RaiseNow({About("a", 1), About("b", 2), About("c", 3)}).ok());
  CommitGroup group;
  group.new_gaps.push_back({0, "agent", "seattle", "auth.log", 9, 1, 2, 30, "ring overrun"});
  ASSERT_TRUE(live_->Begin().ok());
  ASSERT_TRUE(live_->Write(group).ok());
  ASSERT_TRUE(live_->Commit().ok());
  const auto alerts = (*reader)->Alerts(2, 10);
  ASSERT_THAT(*alerts, SizeIs(2));
  EXPECT_EQ((*alerts)[0].key, "c");
  EXPECT_THAT((*alerts)[1].sites, ElementsAre("b", "other"));
  EXPECT_THAT((*alerts)[1].evidence, ElementsAre("a/1", "b/2"));
  EXPECT_EQ((*alerts)[1].tlp, Tlp::kAmberStrict);
  const auto gaps = (*reader)->Gaps();
  ASSERT_THAT(*gaps, SizeIs(1));
  EXPECT_EQ((*gaps)[0].source, "auth.log");
  EXPECT_EQ((*gaps)[0].state, GapState::kFinal);
  const auto counts = (*reader)->Count();
  EXPECT_EQ(counts->alerts, 3);
  EXPECT_EQ(counts->gap_rows, 30);
}

TEST_F(LiveAlertsTest, SaysThatThereIsNoDatabaseToLookInto) {
  EXPECT_FALSE(LiveReader::Open(directory_ / "absent.db").ok());
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/notify/alert_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What a FakeSink was told, and whether it takes anything now.
struct SinkState {
  std::vector<std::int64_t> told;
  int attempts = 0;
  bool works = true;
};

class FakeSink final : public AlertSink {
 public:
  explicit FakeSink(SinkState& state) : state_(state) {}

  absl::string_view name() const override { return "fake"; }

  absl::Status Send(const Alert& alert) override {
    ++state_.attempts;
    if (!state_.works) return absl::UnavailableError("the sink is away");
    state_.told.push_back(alert.id);
    return absl::OkStatus();
  }

 private:
  SinkState& state_;
};

class AlertNotifierTest : public ::testing::Test {
 protected:
  AlertNotifier& Notifier(std::size_t alerts_max = 1000) {
    std::vector<std::unique_ptr<AlertSink>> sinks;
    sinks.push_back(std::make_unique<FakeSink>(webhook_));
    sinks.push_back(std::make_unique<FakeSink>(syslog_));
    NotifierOptions options;
    options.alerts_max = alerts_max;
    notifier_ =
        std::make_unique<AlertNotifier>(std::move(sinks), Noting(), clock_, random_, options);
    return *notifier_;
  }

  AlertNotifier::Callbacks Noting() {
    return {[this](std::vector<std::int64_t> ids) {
              notified_.insert(notified_.end(), ids.begin(), ids.end());
            },
            [this] { ++asked_; }};
  }

  static std::vector<Alert> Alerts(const std::vector<std::int64_t>& ids) {
    std::vector<Alert> out;
    for (const std::int64_t id : ids) out.emplace_back().id = id;
    return out;
  }

  SystemClock clock_;
  SeededRandom random_{1};
  SinkState webhook_;
  SinkState syslog_;
  std::vector<std::int64_t> notified_;
  int asked_ = 0;
  std::unique_ptr<AlertNotifier> notifier_;
};

TEST_F(AlertNotifierTest, TellsEverySinkInOrderAndConfirms) {
  AlertNotifier& notifier = Notifier();
  notifier.Add(Alerts({1, 2}));
  EXPECT_EQ(notifier.Step(absl::ZeroDuration()), absl::InfiniteDuration());
  EXPECT_THAT(webhook_.told, ElementsAre(1, 2));
  EXPECT_THAT(syslog_.told, ElementsAre(1, 2));
  EXPECT_THAT(notified_, ElementsAre(1, 2));
}

TEST_F(AlertNotifierTest, TriesAFailingSinkAgainWithoutHoldingTheOtherBack) {
  AlertNotifier& notifier = Notifier();
  webhook_.works = false;
  notifier.Add(Alerts({1, 2}));
  const absl::Duration wait = notifier.Step(absl::ZeroDuration());
  EXPECT_GT(wait, absl::Seconds(1));
  EXPECT_LT(wait, absl::Seconds(3));
  EXPECT_THAT(syslog_.told, ElementsAre(1, 2));
  EXPECT_THAT(notified_, IsEmpty());
  notifier.Step(wait / 2);
  EXPECT_EQ(webhook_.attempts, 1);
  webhook_.works = true;
  notifier.Step(wait);
  EXPECT_THAT(webhook_.told, ElementsAre(1, 2));
  EXPECT_THAT(syslog_.told, ElementsAre(1, 2));
  EXPECT_THAT(notified_, ElementsAre(1, 2));
}

TEST_F(AlertNotifierTest, BacksOffFurtherWithEachFailure) {
  AlertNotifier& notifier = Notifier();
  webhook_.works = false;
  notifier.Add(Alerts({1}));
  absl::Duration now;
  absl::Duration wait;
  for (int i = 0; i < 30; ++i) now += wait = notifier.Step(now);
  EXPECT_GE(wait, absl::Minutes(4));
  EXPECT_LE(wait, absl::Minutes(6));
  EXPECT_EQ(notifier.counters().failed, 30u);
}

TEST_F(AlertNotifierTest, LeavesWhatItHasNoRoomForToTheDatabase) {
  AlertNotifier& notifier = Notifier(2);
  webhook_.works = false;
  notifier.Add(Alerts({1, 2, 3, 4}));
  notifier.Step(absl::ZeroDuration());
  EXPECT_EQ(notifier.counters().left_to_database, 2u);
  EXPECT_EQ(asked_, 0);
  webhook_.works = true;
  notifier.Step(absl::Minutes(1));
  EXPECT_EQ(asked_, 1);
  notifier.Add(Alerts({3, 4}));
  notifier.Step(absl::Minutes(2));
  EXPECT_THAT(notified_, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(asked_, 1);
}

TEST_F(AlertNotifierTest, DoesNotTellAWaitingAlertTwice) {
  AlertNotifier& notifier = Notifier();
  notifier.Add(Alerts({1}));
  notifier.Add(Alerts({1, 2}));
  notifier.Step(absl::ZeroDuration());
  EXPECT_THAT(webhook_.told, ElementsAre(1, 2));
}

TEST_F(AlertNotifierTest, RunsOnItsOwnThreadAndStops) {
  std::promise<std::int64_t> told;
  std::vector<std::unique_ptr<AlertSink>> sinks;
  sinks.push_back(std::make_unique<FakeSink>(webhook_));
  AlertNotifier notifier(
      std::move(sinks),
      {[&](std::vector<std::int64_t> ids) { told.set_value(ids.front()); }, [] {}}, clock_, random_,
      {});
  notifier.Start();
  notifier.Add(Alerts({9}));
  EXPECT_EQ(told.get_future().get(), 9);
  notifier.Stop();
  notifier.Stop();
}

}  // namespace
}  // namespace dims

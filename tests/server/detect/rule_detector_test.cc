// SPDX-License-Identifier: Apache-2.0
#include "server/detect/rule_detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/batch_builder.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"
#include "server/store/commit/live_database.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Seen {
  std::string site;
  std::string source;
  std::string iff = "foe";
  absl::Duration age = absl::ZeroDuration();
  std::string tlp = "";
};

// The mutant: a window table that keeps what a rolled back transaction wrote.
class UnforgettingWindows final : public WindowState {
 public:
  absl::StatusOr<std::optional<std::string>> Get(absl::string_view rule,
                                                 absl::string_view key) override {
    const auto found = values_.find({std::string(rule), std::string(key)});
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

  absl::Status Put(absl::string_view rule, absl::string_view key, absl::string_view value,
                   std::int64_t) override {
    values_[{std::string(rule), std::string(key)}] = std::string(value);
    return absl::OkStatus();
  }

 private:
  std::map<std::pair<std::string, std::string>, std::string> values_;
};

class RuleDetectorTest : public ::testing::Test {
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

  EventBatch BatchOf(const std::vector<Seen>& rows) {
    BatchBuilder builder;
    ColumnBuilder site(NameOf(Field::kOrganizationId), ColumnType::kKeyword);
    ColumnBuilder iff(NameOf(Field::kSourceIff), ColumnType::kKeyword);
    ColumnBuilder stream("event.stream", ColumnType::kKeyword);
    ColumnBuilder ordinal("event.ordinal", ColumnType::kInteger);
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      const Seen& seen = rows[row];
      builder.Integer(Field::kTimestamp, absl::ToUnixNanos(clock_.Now() - seen.age));
      if (const auto ip = IpAddress::Parse(seen.source)) {
        builder.Ip(Field::kSourceIp, *ip);
      } else {
        builder.Keyword(Field::kSourceDomain, seen.source);
      }
      if (!seen.tlp.empty()) builder.Keyword(Field::kTlp, seen.tlp);
      builder.FinishRow();
      site.SetBytes(row, seen.site);
      if (!seen.iff.empty()) iff.SetBytes(row, seen.iff);
      stream.SetBytes(row, absl::StrCat(seen.site, "/00"));
      ordinal.SetInteger(row, static_cast<std::int64_t>(next_ordinal_++));
    }
    EventBatch batch = builder.Finish();
    for (ColumnBuilder* column : {&site, &iff, &stream, &ordinal})
      batch.Put(column->Take(batch.rows()));
    return batch;
  }

  // Rows of the last hour are live, as in the committer.
  std::vector<Alert> Detect(const std::vector<Seen>& rows, WindowState& windows) {
    const EventBatch batch = BatchOf(rows);
    RowBitmap live(batch.rows());
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      if (rows[row].age <= absl::Hours(1)) live.Set(row);
    }
    auto found = detector_.Detect(batch, live, windows, clock_.Now());
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found) : std::vector<Alert>();
  }

  std::vector<Alert> Commit(const std::vector<Seen>& rows) {
    EXPECT_TRUE(live_->Begin().ok());
    std::vector<Alert> found = Detect(rows, *live_);
    EXPECT_TRUE(live_->Commit().ok());
    return found;
  }

  void Abandon(const std::vector<Seen>& rows) {
    EXPECT_TRUE(live_->Begin().ok());
    Detect(rows, *live_);
    live_->Abandon();
  }

  TemporaryDirectory directory_;
  SimulatedClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<LiveDatabase> live_;
  RuleDetector detector_;
  std::uint64_t next_ordinal_ = 0;
};

TEST_F(RuleDetectorTest, RaisesOneAlertWithItsEvidenceForAFoeAtTwoSites) {
  const auto alerts =
      Commit({{"tacoma", "192.0.2.7", "foe", absl::Minutes(5)}, {"seattle", "192.0.2.7"}});
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].rule, "foe_at_several_sites");
  EXPECT_EQ(alerts[0].key, "192.0.2.7");
  EXPECT_EQ(alerts[0].title, "foe 192.0.2.7 at 2 sites within an hour: seattle, tacoma");
  EXPECT_THAT(alerts[0].sites, ElementsAre("seattle", "tacoma"));
  EXPECT_THAT(alerts[0].evidence, ElementsAre("tacoma/00/0", "seattle/00/1"));
  EXPECT_EQ(alerts[0].window_start_ns, absl::ToUnixNanos(clock_.Now() - absl::Minutes(5)));
}

TEST_F(RuleDetectorTest, AnAlertHasTheStrictestLabelOfItsEvents) {
  const auto label = [&](const std::string& foe, const std::string& here,
                         const std::string& there) {
    const auto alerts = Commit({{"tacoma", foe, "foe", absl::ZeroDuration(), here},
                                {"seattle", foe, "foe", absl::ZeroDuration(), there}});
    return alerts.size() == 1 ? std::string(TlpName(alerts[0].tlp)) : "not one alert";
  };
  EXPECT_EQ(label("192.0.2.1", "green", "clear"), "green");
  EXPECT_EQ(label("192.0.2.2", "green", "red"), "red");
  EXPECT_EQ(label("192.0.2.3", "green", ""), "amber") << "no label counts as AMBER";
  EXPECT_EQ(label("192.0.2.4", "purple", "clear"), "red") << "an unknown one as RED";
}

TEST_F(RuleDetectorTest, JoinsEventsOfDifferentCommitGroups) {
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.7"}}), IsEmpty());
  clock_.Advance(absl::Minutes(59));
  EXPECT_THAT(Commit({{"seattle", "192.0.2.7"}}), SizeIs(1));
  clock_.Advance(absl::Minutes(1) - absl::Nanoseconds(1));
  EXPECT_THAT(Commit({{"port", "192.0.2.7"}}), IsEmpty());
}

TEST_F(RuleDetectorTest, RaisesNothingForUnknownsFriendsOrASingleSite) {
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.7", "unknown"}, {"seattle", "192.0.2.7", "unknown"}}),
              IsEmpty());
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.8", "friend"}, {"seattle", "192.0.2.8", "friend"}}),
              IsEmpty());
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.9"}, {"tacoma", "192.0.2.9"}}), IsEmpty());
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.10", ""}, {"seattle", "192.0.2.10", ""}}), IsEmpty());
}

TEST_F(RuleDetectorTest, RaisesNothingForLateRowsNorRemembersThem) {
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.7", "foe", absl::Minutes(61)}}), IsEmpty());
  EXPECT_THAT(Commit({{"seattle", "192.0.2.7", "foe", absl::Minutes(10)}}), IsEmpty());
}

TEST_F(RuleDetectorTest, KnowsAFoeByItsDomainWhereItHasNoAddress) {
  const auto alerts = Commit({{"tacoma", "evil.example"}, {"seattle", "evil.example"}});
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].key, "evil.example");
}

TEST_F(RuleDetectorTest, RemembersOverARestart) {
  EXPECT_THAT(Commit({{"tacoma", "192.0.2.7"}}), IsEmpty());
  Reopen();
  EXPECT_THAT(Commit({{"seattle", "192.0.2.7"}}), SizeIs(1));
  Reopen();
  EXPECT_THAT(Commit({{"port", "192.0.2.7"}}), IsEmpty());
}

TEST_F(RuleDetectorTest, RemembersNothingOfAGroupThatWasRolledBack) {
  Abandon({{"tacoma", "192.0.2.7"}});
  EXPECT_THAT(Commit({{"seattle", "192.0.2.7"}}), IsEmpty());
}

TEST_F(RuleDetectorTest, RaisesTheAlertAgainWhenItsGroupWasRolledBack) {
  Commit({{"tacoma", "192.0.2.7"}});
  Abandon({{"seattle", "192.0.2.7"}});
  EXPECT_THAT(Commit({{"seattle", "192.0.2.7"}}), SizeIs(1));
}

TEST_F(RuleDetectorTest, WouldBeCaughtKeepingStateOfAFailedCommit) {
  UnforgettingWindows mutant;
  Detect({{"tacoma", "192.0.2.7"}}, mutant);  // and the commit fails
  EXPECT_THAT(Detect({{"seattle", "192.0.2.7"}}, mutant), SizeIs(1))
      << "the two tests above could not tell the mutant from the real table";
}

TEST_F(RuleDetectorTest, ForgetsWindowsWhenTheyHaveExpired) {
  Commit({{"tacoma", "192.0.2.7"}});
  clock_.Advance(absl::Hours(2) + absl::Nanoseconds(1));
  ASSERT_TRUE(live_->ForgetExpiredWindows(absl::ToUnixNanos(clock_.Now())).ok());
  EXPECT_FALSE(live_->Get(kFoeAtSeveralSites, "192.0.2.7")->has_value());
}

TEST_F(RuleDetectorTest, FindsNothingInRowsThatLackTheColumns) {
  EXPECT_TRUE(live_->Begin().ok());
  const auto found = detector_.Detect(EventBatch(3, {}), RowBitmap(3, true), *live_, clock_.Now());
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(*found, IsEmpty());
}

}  // namespace
}  // namespace dims

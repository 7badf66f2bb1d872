// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/group_columns.h"

#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

class EventTimesTest : public IngestTest {
 protected:
  EventTimesTest() { agent_.Connect(*committer_); }

  void SendRowAt(absl::Duration from_now) {
    agent_.Send(*committer_, LogRows({"x"}, clock_.Now() + from_now));
  }

  std::vector<std::string> Times(absl::string_view name) {
    return rows_.Values(name, ColumnType::kTime);
  }

  std::string Nanos(absl::Duration from_now) {
    return absl::StrCat(absl::ToUnixNanos(clock_.Now() + from_now));
  }

  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(EventTimesTest, TimesADayAheadOrOlderThanRetentionAreReplacedTaggedAndCounted) {
  options_.retention = absl::Hours(48);
  Start();
  agent_.Connect(*committer_);
  const absl::Duration tick = absl::Nanoseconds(1);
  for (const absl::Duration at :
       {absl::Hours(24), absl::Hours(24) + tick, -absl::Hours(48), -absl::Hours(48) - tick})
    SendRowAt(at);
  Commit();
  EXPECT_THAT(Times("@timestamp"),
              ElementsAre(Nanos(absl::Hours(24)), Nanos({}), Nanos(-absl::Hours(48)), Nanos({})));
  EXPECT_THAT(Times("labels.time_claimed"),
              ElementsAre("-", Nanos(absl::Hours(24) + tick), "-", Nanos(-absl::Hours(48) - tick)));
  EXPECT_THAT(rows_.Values("tags", ColumnType::kKeywordList),
              ElementsAre("-", "[time_replaced]", "-", "[time_replaced]"));
  EXPECT_EQ(committer_->counters().times_replaced, 2u);
}

TEST_F(EventTimesTest, ARowWithoutATimeGetsTheReceiptTimeAndNoTagWhateverItsCompany) {
  BatchBuilder builder;
  builder.Text(Field::kMessage, "alone");
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  agent_.Send(*committer_, batch);
  Commit();
  agent_.Send(*committer_, batch);
  SendRowAt(absl::ZeroDuration());
  Commit();
  EXPECT_THAT(Times("@timestamp"), ElementsAre(Nanos({}), Nanos({}), Nanos({})));
  EXPECT_THAT(rows_.Values("tags", ColumnType::kKeywordList), ElementsAre("-", "-", "-"));
}

TEST_F(EventTimesTest, TheSitesOwnTagsStay) {
  BatchBuilder builder;
  for (int row = 0; row < 2; ++row) {
    builder.Integer(Field::kTimestamp, row == 0 ? 1 : absl::ToUnixNanos(clock_.Now()));
    builder.AddKeyword(Field::kTags, "dmz");
    builder.AddKeyword(Field::kTags, "time_replaced");
    builder.FinishRow();
  }
  agent_.Send(*committer_, builder.Finish());
  Commit();
  EXPECT_THAT(rows_.Values("tags", ColumnType::kKeywordList),
              ElementsAre("[dmz time_replaced]", "[dmz time_replaced]"));
}

TEST_F(EventTimesTest, ReplacedTimesStayAsTheyWereWhenRetentionChangesLater) {
  SendRowAt(-absl::Hours(24 * 300));
  Commit();
  const std::vector<std::string> before = rows_.RowTexts();
  options_.retention = absl::Hours(24);
  Start();
  EXPECT_EQ(rows_.RowTexts(), before);
}

TEST_F(EventTimesTest, RowsBeyondTheLateLimitAreStoredButRaiseNothing) {
  const auto alert_at = [&](absl::Duration at) {
    agent_.Send(*committer_, LogRows({"alert"}, clock_.Now() + at));
    Commit();
    return committer_->TakeRaisedAlerts().size();
  };
  EXPECT_EQ(alert_at(-absl::Hours(1)), 1u);
  EXPECT_EQ(alert_at(-absl::Hours(1) - absl::Nanoseconds(1)), 0u);
  EXPECT_EQ(rows_.rows(), 2u);
}

TEST_F(EventTimesTest, RowsThatWereLoadedAreStoredButRaiseNothingHoweverNewTheyAre) {
  const auto alerts_from = [&](absl::string_view source) {
    BatchBuilder builder;
    for (int row = 0; row < 2; ++row) {
      builder.Integer(Field::kTimestamp, absl::ToUnixNanos(clock_.Now()));
      builder.Text(Field::kMessage, "alert");
      builder.Keyword(Field::kDeliverySource, source);
      builder.FinishRow();
    }
    agent_.Send(*committer_, builder.Finish());
    Commit();
    return committer_->TakeRaisedAlerts().size();
  };
  EXPECT_EQ(alerts_from("load:0011:0"), 0u);
  EXPECT_GT(alerts_from("file:1:2"), 0u);
  EXPECT_EQ(rows_.rows(), 4u);
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_executor.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/query/query_fixture.h"

namespace dims {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class QueryExecutorTest : public QueryTest {
 protected:
  QueryExecutorTest() {
    AddSlice({"10 alpha clear root 22 failed password", "20 beta green ann 80 accepted",
              "30 alpha amber root 443 failed key"});
    AddSlice({"40 gamma red bob 22 failed password", "15 beta - root - accepted"});
  }
};

TEST_F(QueryExecutorTest, AnswersNewestFirstWithEventIds) {
  const Answer answer = Ask("failed", SeeingAll());
  EXPECT_THAT(answer.ordinals, ElementsAre(3, 2, 0));
  EXPECT_THAT(answer.lines[0], HasSubstr(R"("event.id":"agent-b/0000000000000001/3")"));
  EXPECT_EQ(answer.lines[0].find("event.ordinal"), std::string::npos);
}

TEST_F(QueryExecutorTest, FindsAnEventByItsId) {
  EXPECT_THAT(Ask("event.id:=agent-a/0000000000000001/2", SeeingAll()).ordinals, ElementsAre(2));
  EXPECT_THAT(Ask("event.id:agent-b", SeeingAll()).ordinals, ElementsAre(3, 0));
  for (const char* text : {"event.id:=agent-a/0000000000000001/02", "event.id:=2",
                           "event.id:=agent-b/0000000000000001/2"}) {
    EXPECT_THAT(Ask(text, SeeingAll()).ordinals, IsEmpty()) << text;
  }
}

TEST_F(QueryExecutorTest, ShowsNothingAboveTheCallersCeiling) {
  QueryRequest request;
  EXPECT_THAT(Ask("*", request).ordinals, ElementsAre(0));
  request.visibility.tlp_ceiling = Tlp::kGreen;
  EXPECT_THAT(Ask("*", request).ordinals, ElementsAre(1, 0));
  request.visibility.tlp_ceiling = Tlp::kAmber;  // and rows without a label
  EXPECT_THAT(Ask("*", request).ordinals, ElementsAre(2, 1, 4, 0));
}

TEST_F(QueryExecutorTest, ShowsOnlySitesThatAreVisibleAndAskedFor) {
  QueryRequest request = SeeingAll();
  request.visibility.sites = {"alpha", "beta"};
  EXPECT_THAT(Ask("*", request).ordinals, ElementsAre(2, 1, 4, 0));
  request.sites = {"beta", "gamma"};
  EXPECT_THAT(Ask("*", request).ordinals, ElementsAre(1, 4));
  request.sites = {"gamma"};
  EXPECT_THAT(Ask("* | count", request).lines, ElementsAre(R"({"count":0})"));
}

TEST_F(QueryExecutorTest, CountsOverWhatIsVisibleOnly) {
  QueryRequest request = SeeingAll();
  request.visibility.sites = {"alpha"};
  EXPECT_THAT(Ask("failed | count by site", request).lines,
              ElementsAre(R"({"count":2,"organization.id":"alpha"})"));
}

TEST_F(QueryExecutorTest, SaysWhenTheRowLimitCutTheAnswer) {
  QueryRequest request = SeeingAll();
  request.rows_max = 2;
  const Answer cut = Ask("*", request);
  EXPECT_THAT(cut.ordinals, ElementsAre(3, 2));
  EXPECT_FALSE(cut.outcome.complete);
  EXPECT_THAT(cut.outcome.why, ElementsAre(HasSubstr("the limit of 2 rows")));
  request.rows_max = 5;
  EXPECT_TRUE(Ask("*", request).outcome.complete);
}

TEST_F(QueryExecutorTest, NeverComputesAnAggregateOverALimitedSet) {
  QueryRequest request = SeeingAll();
  request.rows_max = 1;
  const Answer answer = Ask("* | stats count()", request);
  EXPECT_THAT(answer.lines, ElementsAre(R"({"count":5})"));
  EXPECT_TRUE(answer.outcome.complete);
}

TEST_F(QueryExecutorTest, ComputesEveryAggregate) {
  const Answer answer =
      Ask("* | stats count(), sum(source.port), avg(source.port) as mean, min(source.port), "
          "max(source.port), dc(user.name), p50(source.port), values(user.name,2), "
          "first(user.name), last(user.name)",
          SeeingAll());
  EXPECT_THAT(answer.lines,
              ElementsAre(R"x({"count":5,"dc(user.name)":3,"first(user.name)":"root",)x"
                          R"x("last(user.name)":"bob","max(source.port)":443,"mean":141.75,)x"
                          R"x("min(source.port)":22,"p50(source.port)":22,)x"
                          R"x("sum(source.port)":567,"values(user.name)":["ann","bob"]})x"));
  EXPECT_EQ(answer.outcome.column_order[1], "sum(source.port)");
}

TEST_F(QueryExecutorTest, GroupsByValueBucketAndAbsence) {
  EXPECT_THAT(Ask("* | count by source.port", SeeingAll()).lines,
              ElementsAre(R"({"count":2,"source.port":22})", R"({"count":1,"source.port":80})",
                          R"({"count":1,"source.port":443})", R"({"count":1})"));
  EXPECT_THAT(Ask("* | timechart span=20s count()", SeeingAll()).lines,
              ElementsAre(R"({"@timestamp":"2026-11-30T00:53:20Z","count":2})",
                          R"({"@timestamp":"2026-11-30T00:53:40Z","count":2})",
                          R"({"@timestamp":"2026-11-30T00:54:00Z","count":1})"));
}

TEST_F(QueryExecutorTest, TopLeavesOutRowsWithoutTheValue) {
  const Answer answer = Ask("* | top 2 user.name", SeeingAll());
  EXPECT_THAT(answer.lines,
              ElementsAre(R"({"count":3,"user.name":"root"})", R"({"count":1,"user.name":"ann"})"));
  EXPECT_THAT(answer.outcome.column_order, ElementsAre("user.name", "count"));
  EXPECT_THAT(Ask("* | rare 1 user.name", SeeingAll()).lines,
              ElementsAre(R"({"count":1,"user.name":"ann"})"));
}

TEST_F(QueryExecutorTest, RunsPipesOnComputedColumns) {
  EXPECT_THAT(Ask("* | count by user.name | where count:>2", SeeingAll()).lines,
              ElementsAre(R"({"count":3,"user.name":"root"})"));
  EXPECT_THAT(Ask("* | count by user.name | sort count, -user.name | head 1 | fields user.name",
                  SeeingAll())
                  .lines,
              ElementsAre(R"({"user.name":"bob"})"));
}

TEST_F(QueryExecutorTest, ShowsChosenColumnsInTheirOrder) {
  const Answer answer = Ask("failed | fields user.name, source.port | head 1", SeeingAll());
  EXPECT_THAT(answer.lines, ElementsAre(R"({"source.port":22,"user.name":"bob"})"));
  EXPECT_THAT(answer.outcome.column_order, ElementsAre("user.name", "source.port"));
  EXPECT_THAT(
      Ask("failed | fields user.name, port, user | head 1", SeeingAll()).outcome.column_order,
      ElementsAre("user.name", "source.port"));
  EXPECT_THAT(Ask("failed | drop message | head 1", SeeingAll()).lines[0],
              Not(HasSubstr("message")));
}

TEST_F(QueryExecutorTest, TakesAWhereForPartOfTheFilter) {
  EXPECT_THAT(Ask("failed | where user.name:root | where source.port:443", SeeingAll()).ordinals,
              ElementsAre(2));
  EXPECT_THAT(Ask("failed | head 2 | where user.name:root", SeeingAll()).ordinals, ElementsAre(2));
}

TEST_F(QueryExecutorTest, DedupKeepsTheFirstRowOfEachValue) {
  EXPECT_THAT(Ask("* | dedup user.name", SeeingAll()).ordinals, ElementsAre(3, 2, 1));
  EXPECT_THAT(Ask("* | dedup source.port", SeeingAll()).ordinals, ElementsAre(3, 2, 1, 4));
}

TEST_F(QueryExecutorTest, LeavesOutADamagedBlockAndNamesIt) {
  AddRandomSlices(3, 10);
  Seal();
  DamageDayFiles();
  const Answer answer = Ask("*", SeeingAll());
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_FALSE(answer.outcome.complete);
  EXPECT_THAT(answer.outcome.damaged_blocks, Not(IsEmpty()));
  EXPECT_THAT(answer.outcome.why, Contains(HasSubstr("is damaged and was left out")));
  EXPECT_LT(answer.outcome.rows_scanned, manifest_rows());
}

TEST_F(QueryExecutorTest, HandsOutWhatIsSettledBeforeItHasReadEverything) {
  for (int slice = 20; slice > 0; --slice) {
    std::vector<std::string> events;
    for (int i = 0; i < 3000; ++i) {
      events.push_back(absl::StrCat(slice * 10'000 + i, " alpha clear u ", i, " text of ", i));
    }
    AddSlice(events);
  }
  QueryRequest request = SeeingAll();
  request.threads_count = 1;
  request.memory_bytes_max = 2u << 20;  // the rows of all slices are more
  const Answer all = Ask("*", request);
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.lines.size(), 60'005u);
  request.rows_max = 50'000;
  EXPECT_EQ(Ask("*", request).lines,
            std::vector<std::string>(all.lines.begin(), all.lines.begin() + 50'000));
}

TEST_F(QueryExecutorTest, StopsReadingWhenTheFirstRowsAreSettled) {
  AddSlice({"1000 alpha clear new 1 recent", "1001 alpha clear new 1 recent"});
  const Answer answer = Ask("* | head 2", [] {
    QueryRequest request = SeeingAll();
    request.threads_count = 1;
    return request;
  }());
  EXPECT_EQ(answer.outcome.blocks_scanned, 1u);
  EXPECT_EQ(answer.outcome.blocks_skipped, 2u);
  EXPECT_TRUE(answer.outcome.complete);
}

TEST_F(QueryExecutorTest, KeepsToItsMemory) {
  AddRandomSlices(5, 7);
  QueryRequest request = SeeingAll();
  request.memory_bytes_max = 2000;
  EXPECT_EQ(Ask("* | sort message", request).status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask("* | count by message", request).status.code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(QueryExecutorTest, CountsWhatAGroupTakesOnceHoweverManySourcesHoldIt) {
  for (int slice = 0; slice < 100; ++slice) AddSlice({"100 alpha amber root 22 alike"});
  QueryRequest request = SeeingAll();
  request.memory_bytes_max = 10'000;
  for (const char* text : {"alike | count by user.name", "alike | count by user.name, source.port",
                           "alike | stats dc(user.name) by site"}) {
    EXPECT_THAT(Ask(text, request).lines, ElementsAre(HasSubstr("1"))) << text;
  }
}

TEST_F(QueryExecutorTest, RanksValuesOfOneCountByValueWhereverTheListIsCut) {
  AddSlice({"100 alpha amber zoe 22 equal", "101 alpha amber ann 22 equal",
            "102 alpha amber max 22 equal"});
  AddSlice({"103 alpha amber max 22 equal"});
  const auto check = [&] {
    EXPECT_THAT(Ask("equal | top 2 user.name", SeeingAll()).lines,
                ElementsAre(HasSubstr("max"), HasSubstr("ann")));
    EXPECT_THAT(Ask("equal | rare 1 user.name", SeeingAll()).lines, ElementsAre(HasSubstr("ann")));
  };
  check();
  Seal();
  check();
}

TEST_F(QueryExecutorTest, StopsWhenCancelledOrLate) {
  QueryRequest request = SeeingAll();
  request.deadline = absl::Seconds(-1);
  const Answer late = Ask("*", request);
  EXPECT_FALSE(late.outcome.complete);
  EXPECT_THAT(late.outcome.why, ElementsAre(HasSubstr("deadline")));
  cancelled_ = true;
  EXPECT_EQ(Ask("*", SeeingAll()).status.code(), absl::StatusCode::kCancelled);
}

TEST_F(QueryExecutorTest, TellsItsProgress) {
  Ask("*", SeeingAll());
  EXPECT_GT(progress_calls_, 0u);
}

TEST_F(QueryExecutorTest, GivesTheSameBytesTwiceWhateverTheThreads) {
  AddRandomSlices(6, 8);
  QueryRequest one = SeeingAll();
  one.threads_count = 1;
  QueryRequest four = SeeingAll();
  four.threads_count = 4;
  for (const char* text :
       {"*", "* | head 7", "root | head 30", "* | sort user.name",
        "* | stats sum(labels.score), count() by tags", "* | top 5 user.name, source.ip"}) {
    const Answer alone = Ask(text, one);
    const Answer together = Ask(text, four);
    EXPECT_EQ(alone.lines, together.lines) << text;
    EXPECT_EQ(alone.outcome.rows_matched, together.outcome.rows_matched) << text;
    EXPECT_EQ(alone.outcome.blocks_scanned, together.outcome.blocks_scanned) << text;
    EXPECT_EQ(alone.outcome.blocks_skipped, together.outcome.blocks_skipped) << text;
  }
}

TEST_F(QueryExecutorTest, AnswersTheSameBeforeAndAfterSealing) {
  AddRandomSlices(6, 9);
  const std::vector<std::string> texts = {
      "*",
      "failed OR root",
      "* | sort user.name | head 50",
      "* | count by tags, source.ip",
      "* | stats p90(source.port), values(event.action,5), first(message) by user.name",
      "ip:198.51.100.0/25 | timechart span=5m count() by site"};
  std::vector<std::vector<std::string>> before;
  for (const std::string& text : texts) before.push_back(Ask(text, SeeingAll()).lines);
  Seal();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(Ask(texts[i], SeeingAll()).lines, before[i]) << texts[i];
  }
}

}  // namespace
}  // namespace dims

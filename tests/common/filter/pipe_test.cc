// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "common/filter/query.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The only pipe of `text`.
Pipe Parsed(absl::string_view text) {
  auto query = ParseQuery(text);
  EXPECT_TRUE(query.ok()) << query.status().message();
  if (!query.ok()) return Pipe();
  EXPECT_THAT(query->pipes, SizeIs(1));
  return query->pipes.empty() ? Pipe() : std::move(query->pipes.front());
}

std::string PipeError(absl::string_view text) {
  return std::string(ParseQuery(text).status().message());
}

TEST(PipeTest, NamesSeparatedByCommasOrBlanks) {
  EXPECT_THAT(Parsed("* | fields user.name, source.ip site").names,
              ElementsAre("user.name", "source.ip", "organization.id"));
  EXPECT_EQ(Parsed("| drop message").kind, Pipe::Kind::kDrop);
}

TEST(PipeTest, SortTakesADashForDescending) {
  EXPECT_THAT(Parsed("* | sort -source.port, user.name").sort,
              ElementsAre(SortKey{"source.port", true}, SortKey{"user.name", false}));
}

TEST(PipeTest, HeadTakesANumber) {
  EXPECT_EQ(Parsed("* | head 5").rows, 5u);
  EXPECT_THAT(PipeError("* | head 0"), HasSubstr("expected a number"));
  EXPECT_THAT(PipeError("* | head x"), HasSubstr("expected a number"));
}

TEST(PipeTest, StatsTakesAggregatesAndKeys) {
  const Pipe pipe = Parsed(
      "* | stats count(), sum(source.bytes) as bytes, p95(event.duration), values(user.name, 3) "
      "by site, bucket(@timestamp, 5m), net(source.ip, 24)");
  ASSERT_THAT(pipe.aggregates, SizeIs(4));
  EXPECT_EQ(pipe.aggregates[0].label, "count");
  EXPECT_EQ(pipe.aggregates[1].label, "bytes");
  EXPECT_EQ(pipe.aggregates[2].kind, Aggregate::Kind::kPercentile);
  EXPECT_EQ(pipe.aggregates[2].size, 95u);
  EXPECT_EQ(pipe.aggregates[2].label, "p95(event.duration)");
  EXPECT_EQ(pipe.aggregates[3].size, 3u);
  ASSERT_THAT(pipe.by, SizeIs(3));
  EXPECT_EQ(pipe.by[0].field, "organization.id");
  EXPECT_EQ(pipe.by[1].bucket_ns, 300'000'000'000);
  EXPECT_EQ(pipe.by[2].prefix, 24u);
  EXPECT_EQ(pipe.by[2].label, "net(source.ip,24)");
}

TEST(PipeTest, CountAndTimechartAreStats) {
  const Pipe count = Parsed("root | count by user.name");
  EXPECT_EQ(count.kind, Pipe::Kind::kStats);
  EXPECT_EQ(count.by[0].field, "user.name");
  const Pipe chart = Parsed("root | timechart span=1d count() by site");
  EXPECT_EQ(chart.by[0].bucket_ns, 86'400'000'000'000);
  EXPECT_EQ(chart.by[1].field, "organization.id");
}

TEST(PipeTest, TopHasADefault) {
  EXPECT_EQ(Parsed("* | top source.ip").rows, 10u);
  EXPECT_EQ(Parsed("* | top 3 source.ip, user.name").rows, 3u);
  EXPECT_EQ(Parsed("* | rare 3 source.ip").kind, Pipe::Kind::kRare);
}

TEST(PipeTest, LaterPipesKnowTheColumnsOfEarlierOnes) {
  const auto query = ParseQuery(
      "* | stats sum(source.bytes), count() as n by user.name | sort -sum(source.bytes), n "
      "| where n:>5 | head 3");
  ASSERT_TRUE(query.ok()) << query.status().message();
  EXPECT_EQ(query->pipes[1].sort[0].name, "sum(source.bytes)");
  EXPECT_FALSE(ParseQuery("* | sort n").ok());
}

TEST(PipeTest, MistakesAreNamed) {
  EXPECT_THAT(PipeError("* | hed 5"), HasSubstr("there is no pipe hed"));
  EXPECT_THAT(PipeError("* |"), HasSubstr("the name of a pipe"));
  EXPECT_THAT(PipeError("* | sort usr.name"), HasSubstr("did you mean user.name?"));
  EXPECT_THAT(PipeError("* | stats sum()"), HasSubstr("expected a field name"));
  EXPECT_THAT(PipeError("* | stats sum"), HasSubstr("needs a field"));
  EXPECT_THAT(PipeError("* | stats p100(source.port)"), HasSubstr("p1 to p99"));
  EXPECT_THAT(PipeError("* | stats count() by bucket(@timestamp, x)"), HasSubstr("a duration"));
  EXPECT_THAT(PipeError("* | head 5 x"), HasSubstr("| or the end"));
  std::string many = "*";
  for (int i = 0; i < 40; ++i) many += " | head 5";
  EXPECT_THAT(PipeError(many), HasSubstr("at most 32 pipes"));
}

TEST(PipeTest, DurationsHaveAUnitAndABound) {
  EXPECT_EQ(ParseDuration("90s"), 90'000'000'000);
  EXPECT_EQ(ParseDuration("2w"), 14 * 86'400'000'000'000);
  for (const char* text : {"", "5", "m", "-5m", "0s", "5y", "99999999d", "1.5h"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

}  // namespace
}  // namespace dims

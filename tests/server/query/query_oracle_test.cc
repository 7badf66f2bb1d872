// SPDX-License-Identifier: Apache-2.0
// The executor against a naive evaluator: every row looked at by itself, sorted by what the
// documentation says.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/query/query_fixture.h"
#include "tests/support/filter_oracle.h"
#include "tests/support/predicate_oracle.h"

namespace dims {
namespace {

// Over open slices, and over sealed blocks.
class QueryOracleTest : public QueryTest, public ::testing::WithParamInterface<bool> {
 protected:
  void Prepare(int slices, std::uint64_t seed) {
    AddRandomSlices(slices, seed);
    if (GetParam()) Seal();
  }

  struct Row {
    const EventBatch* batch;
    std::uint32_t row;

    std::int64_t Integer(absl::string_view name) const {
      return batch->Find(name)->integers()[row];
    }

    std::string Text(absl::string_view name) const {
      const Column* column = batch->Find(name);
      return column != nullptr && column->Has(row) ? std::string(column->TextAt(row)) : "";
    }
  };

  static int LabelOf(const Row& row) {
    static const std::map<std::string, int> kLabels = {
        {"clear", 0}, {"green", 1}, {"AMBER", 2}, {"", 2}, {"amber+strict", 3}};
    const auto found = kLabels.find(row.Text("dims.tlp"));
    return found == kLabels.end() ? 4 : found->second;
  }

  std::vector<Row> Expected(const FilterNode& filter, const QueryRequest& request) const {
    std::vector<Row> rows;
    for (const auto& batch : slices()) {
      for (std::uint32_t row = 0; row < batch->rows(); ++row) {
        const Row candidate{batch.get(), row};
        const std::int64_t time = candidate.Integer("@timestamp");
        const std::string site = candidate.Text("organization.id");
        const auto contains = [&](const std::vector<std::string>& sites) {
          return sites.empty() || std::find(sites.begin(), sites.end(), site) != sites.end();
        };
        if (time < request.range.from_ns || time > request.range.to_ns) continue;
        if (!contains(request.visibility.sites) || !contains(request.sites)) continue;
        if (LabelOf(candidate) > static_cast<int>(request.visibility.tlp_ceiling)) continue;
        if (OracleMatchesFilter(filter, *batch, row)) rows.push_back(candidate);
      }
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::make_tuple(-a.Integer("@timestamp"), a.Text("event.stream"),
                             a.Integer("event.ordinal")) <
             std::make_tuple(-b.Integer("@timestamp"), b.Text("event.stream"),
                             b.Integer("event.ordinal"));
    });
    return rows;
  }

  static std::vector<std::int64_t> Ordinals(const std::vector<Row>& rows) {
    std::vector<std::int64_t> ordinals;
    for (const Row& row : rows) ordinals.push_back(row.Integer("event.ordinal"));
    return ordinals;
  }

  static QueryRequest RandomRequest(SeededRandom& random) {
    QueryRequest request;
    request.visibility.tlp_ceiling = static_cast<Tlp>(random.Below(5));
    if (random.OneIn(2)) request.visibility.sites = {"alpha", "gamma"};
    if (random.OneIn(3)) request.sites = {"beta", "gamma"};
    request.threads_count = 1 + static_cast<int>(random.Below(4));
    if (random.OneIn(2)) {
      request.range.from_ns =
          1'796'000'000'000'000'000 + static_cast<std::int64_t>(random.Below(3000)) * 1'000'000'000;
      request.range.to_ns =
          request.range.from_ns + static_cast<std::int64_t>(random.Below(3000)) * 1'000'000'000;
    }
    return request;
  }
};

TEST_P(QueryOracleTest, GivesTheRowsOfTheNaiveEvaluatorInItsOrder) {
  Prepare(7, 41);
  SeededRandom random(42);
  std::size_t rows_seen = 0;
  for (int round = 0; round < 150; ++round) {
    const FilterNode filter = RandomFilter(random);
    const QueryRequest request = RandomRequest(random);
    std::vector<std::int64_t> expected = Ordinals(Expected(filter, request));
    const Answer all = Ask(PrintFilter(filter), request);
    ASSERT_TRUE(all.status.ok()) << all.status;
    ASSERT_EQ(all.ordinals, expected) << PrintFilter(filter);
    EXPECT_TRUE(all.outcome.complete);
    EXPECT_EQ(all.outcome.rows, expected.size());
    EXPECT_EQ(all.outcome.rows_matched, expected.size());
    rows_seen += expected.size();

    const std::uint64_t head = 1 + random.Below(30);
    const Answer first =
        Ask(absl::StrCat(PrintFilter(filter), " | fields message | head ", head, " | drop tags"),
            request);
    EXPECT_EQ(first.outcome.rows, std::min<std::size_t>(head, expected.size()));
    const Answer limited = Ask(absl::StrCat(PrintFilter(filter), " | head ", head), request);
    if (expected.size() > head) expected.resize(head);
    ASSERT_EQ(limited.ordinals, expected) << PrintFilter(filter);
    EXPECT_TRUE(limited.outcome.complete);
  }
  EXPECT_GT(rows_seen, 5000u);
}

TEST_P(QueryOracleTest, CountsTheGroupsOfTheNaiveEvaluator) {
  Prepare(6, 43);
  SeededRandom random(44);
  for (int round = 0; round < 60; ++round) {
    const FilterNode filter = RandomFilter(random);
    const QueryRequest request = RandomRequest(random);
    for (const char* field : {"user.name", "tags", "source.port", "labels.code"}) {
      std::map<std::string, std::int64_t> expected;
      for (const Row& row : Expected(filter, request)) {
        std::set<std::string> values;
        for (const Column& column : row.batch->columns()) {
          if (column.name() != field) continue;
          for (const OracleValue& value : OracleValuesAt(column, row.row)) {
            values.insert(
                absl::StrCat(value.type == ColumnType::kInteger ? "i" : "k", value.printed));
          }
        }
        if (values.empty()) values.insert("absent");
        for (const std::string& value : values) ++expected[value];
      }
      const Answer answer = Ask(absl::StrCat(PrintFilter(filter), " | count by ", field), request);
      ASSERT_TRUE(answer.status.ok()) << answer.status;
      std::map<std::string, std::int64_t> counted;
      for (const EventBatch& batch : answer.batches) {
        for (std::uint32_t row = 0; row < batch.rows(); ++row) {
          const Column* text = batch.Find(field, ColumnType::kKeyword);
          const Column* number = batch.Find(field, ColumnType::kInteger);
          std::string value = "absent";
          if (text != nullptr && text->Has(row)) value = absl::StrCat("k", text->TextAt(row));
          if (number != nullptr && number->Has(row)) {
            value = absl::StrCat("i", number->integers()[row]);
          }
          counted[value] += batch.Find("count")->integers()[row];
        }
      }
      ASSERT_EQ(counted, expected) << PrintFilter(filter) << " by " << field;
    }
  }
}

TEST_P(QueryOracleTest, SortsLikeTheNaiveEvaluator) {
  Prepare(5, 45);
  QueryRequest request = SeeingAll();
  std::vector<Row> rows = Expected(FilterNode(), request);
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    const auto key = [](const Row& row) {
      const Column* ports = row.batch->Find("source.port");
      const bool has = ports != nullptr && ports->Has(row.row);
      // Descending, absent ones last.
      return std::make_pair(!has, has ? -static_cast<double>(ports->integers()[row.row]) : 0.0);
    };
    return key(a) < key(b);
  });
  const std::vector<std::int64_t> expected = Ordinals(rows);
  EXPECT_EQ(Ask("* | sort -source.port", request).ordinals, expected);
  EXPECT_EQ(Ask("* | sort -source.port | head 25", request).ordinals,
            std::vector<std::int64_t>(expected.begin(), expected.begin() + 25));
}

INSTANTIATE_TEST_SUITE_P(OpenAndSealed, QueryOracleTest, ::testing::Bool(),
                         [](const auto& instance) { return instance.param ? "Sealed" : "Open"; });

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_columns.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "common/event/batch_builder.h"
#include "common/event/batch_source.h"

namespace dims {
namespace {

const ColumnId kUser{"user.name", ColumnType::kKeyword};

BatchSource TwoUsers() {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "root");
  builder.FinishRow();
  builder.Keyword(Field::kUserName, "ann");
  builder.FinishRow();
  return BatchSource(std::make_shared<const EventBatch>(builder.Finish()));
}

TEST(QueryColumnsTest, AQueryEndsInTheMiddleOfASourceAtItsDeadline) {
  BatchSource source = TwoUsers();
  int looks = 0;
  QueryColumns columns(source, [&] {
    return ++looks <= 2 ? absl::OkStatus() : absl::DeadlineExceededError("late");
  });
  EXPECT_EQ(columns.Match(kUser, Predicate::Equals("root"))->Count(), 1u);
  EXPECT_TRUE(columns.Load(kUser).ok());
  const std::vector<std::uint32_t> rows = {0};
  EXPECT_TRUE(absl::IsDeadlineExceeded(columns.Match(kUser, Predicate::Equals("ann")).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(columns.Load(kUser).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(columns.TakeRows(kUser, rows).status()));
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(columns.LoadRows(kUser, RowBitmap(source.rows(), true)).status()));
}

TEST(QueryColumnsTest, WithoutAQuestionEveryColumnIsRead) {
  BatchSource source = TwoUsers();
  QueryColumns columns(source);
  EXPECT_EQ(columns.Match(kUser, Predicate::Equals("root"))->Count(), 1u);
  EXPECT_TRUE(columns.Load(kUser).ok());
  EXPECT_GT(columns.bytes_loaded(), 0u);
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "common/event/concatenate.h"

#include "common/event/batch_builder.h"
#include "common/event/select_rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

EventBatch LogIns(const std::vector<std::pair<std::string, std::string>>& user_and_tag) {
  BatchBuilder builder;
  for (const auto& [user, tag] : user_and_tag) {
    builder.Text(Field::kMessage, "log in of " + user);
    if (!user.empty()) builder.Keyword(Field::kUserName, user);
    if (!tag.empty()) builder.AddKeyword(Field::kTags, tag);
    builder.FinishRow();
  }
  return builder.Finish();
}

std::vector<std::string> Users(const EventBatch& batch) {
  std::vector<std::string> out;
  const Column* users = batch.Find(NameOf(Field::kUserName));
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    out.push_back(users != nullptr && users->Has(row) ? std::string(users->TextAt(row)) : "-");
  }
  return out;
}

TEST(ConcatenateTest, KeepsRowsInOrderUnderOneDictionary) {
  const EventBatch a = LogIns({{"root", ""}, {"admin", ""}});
  const EventBatch b = LogIns({{"admin", ""}, {"root", ""}, {"guest", ""}});
  const EventBatch* both[] = {&a, &b};
  const EventBatch merged = Concatenate(both);
  EXPECT_THAT(Users(merged), testing::ElementsAre("root", "admin", "admin", "root", "guest"));
  EXPECT_EQ(merged.Find("user.name")->dictionary_size(), 3u);
  for (const Column& column : merged.columns()) EXPECT_TRUE(ValidateParts(column.parts()).ok());
}

TEST(ConcatenateTest, LeavesRowsAbsentWhereABatchLacksTheColumn) {
  const EventBatch a = LogIns({{"", ""}});
  const EventBatch b = LogIns({{"root", "dmz"}});
  const EventBatch c = LogIns({{"", ""}, {"", ""}});
  const EventBatch* all[] = {&a, &b, &c};
  const EventBatch merged = Concatenate(all);
  EXPECT_THAT(Users(merged), testing::ElementsAre("-", "root", "-", "-"));
  EXPECT_EQ(merged.Find("tags")->Presence().Count(), 1u);
  for (const Column& column : merged.columns()) EXPECT_TRUE(ValidateParts(column.parts()).ok());
}

TEST(SelectRowsTest, KeepsTheChosenRowsOnly) {
  const EventBatch batch = LogIns({{"a", "x"}, {"", ""}, {"c", "y"}, {"d", ""}});
  RowBitmap keep(4);
  keep.Set(1);
  keep.Set(2);
  const EventBatch kept = SelectRows(batch, keep);
  EXPECT_THAT(Users(kept), testing::ElementsAre("-", "c"));
  EXPECT_EQ(kept.Find("message")->TextAt(1), "log in of c");
  for (const Column& column : kept.columns()) EXPECT_TRUE(ValidateParts(column.parts()).ok());
}

}  // namespace
}  // namespace dims

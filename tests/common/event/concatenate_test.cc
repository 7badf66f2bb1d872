// SPDX-License-Identifier: Apache-2.0
#include "common/event/concatenate.h"

#include "absl/strings/str_cat.h"
#include "common/event/batch_builder.h"
#include "common/event/select_rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

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

// What a row says, whatever the dictionaries look like.
std::string RowText(const EventBatch& batch, std::uint32_t row) {
  std::string out;
  for (const absl::string_view name : {"message", "user.name"}) {
    const Column* column = batch.Find(name);
    if (column != nullptr && column->Has(row)) absl::StrAppend(&out, column->TextAt(row), ";");
  }
  const Column* pids = batch.Find("process.pid");
  if (pids != nullptr && pids->Has(row)) absl::StrAppend(&out, pids->integers()[row], ";");
  const Column* tags = batch.Find("tags");
  if (tags == nullptr || !tags->Has(row)) return out;
  for (const std::uint32_t element : tags->ListAt(tags->codes()[row]))
    absl::StrAppend(&out, tags->strings()[element], ",");
  return out;
}

EventBatch RandomBatch(SeededRandom& random) {
  BatchBuilder builder;
  const std::uint64_t rows = 1 + random.Uint64() % 200;
  for (std::uint64_t row = 0; row < rows; ++row) {
    const std::uint64_t dice = random.Uint64();
    builder.Text(Field::kMessage, absl::StrCat("line ", dice));
    if (dice % 3 != 0) builder.Keyword(Field::kUserName, absl::StrCat("user", dice % 40));
    if (dice % 5 != 0) builder.Integer(Field::kProcessPid, static_cast<std::int64_t>(dice % 999));
    for (std::uint64_t i = 0; i < dice % 4; ++i)
      builder.AddKeyword(Field::kTags, absl::StrCat("tag", (dice >> 8) % 7 + i));
    builder.FinishRow();
  }
  return builder.Finish();
}

TEST(ConcatenateTest, SaysOfEachRowWhatItsBatchSaid) {
  SeededRandom random(7);
  std::vector<EventBatch> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(RandomBatch(random));
  std::vector<const EventBatch*> views;
  std::vector<std::string> expected;
  for (const EventBatch& batch : batches) {
    views.push_back(&batch);
    for (std::uint32_t row = 0; row < batch.rows(); ++row) expected.push_back(RowText(batch, row));
  }
  const EventBatch merged = Concatenate(views);
  std::vector<std::string> found;
  for (std::uint32_t row = 0; row < merged.rows(); ++row) found.push_back(RowText(merged, row));
  EXPECT_EQ(found, expected);
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

// SPDX-License-Identifier: Apache-2.0
#include "common/event/batch_builder.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/column_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

// The text of every row, "-" where absent.
std::vector<std::string> Texts(const EventBatch& batch, absl::string_view name) {
  const Column* column = batch.Find(name);
  std::vector<std::string> out;
  for (std::uint32_t row = 0; column != nullptr && row < batch.rows(); ++row) {
    out.push_back(column->Has(row) ? std::string(column->TextAt(row)) : "-");
  }
  return out;
}

std::vector<std::string> ListAt(const EventBatch& batch, absl::string_view name,
                                std::uint32_t row) {
  const Column& column = *batch.Find(name);
  std::vector<std::string> out;
  for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
    out.emplace_back(column.strings()[element]);
  }
  return out;
}

void ExpectValid(const EventBatch& batch) {
  for (const Column& column : batch.columns()) {
    EXPECT_TRUE(ValidateParts(column.parts()).ok()) << ValidateParts(column.parts());
    EXPECT_EQ(column.rows(), batch.rows());
  }
}

TEST(BatchBuilderTest, KeepsEveryTypeOfValueInItsRow) {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "root");
  builder.Text(Field::kMessage, "hello");
  builder.Ip(Field::kSourceIp, *IpAddress::Parse("198.51.100.7"));
  builder.Integer(Field::kSourcePort, 22);
  builder.Integer(Field::kTimestamp, 1'000'000'007);
  builder.Bool(Field::kDeliveryMaybeRepeated, true);
  builder.AddKeyword(Field::kTags, "a");
  builder.AddIp(Field::kRelatedIp, *IpAddress::Parse("::1"));
  EXPECT_TRUE(builder.NamedDouble("labels.ratio", 0.5));
  builder.FinishRow();

  const EventBatch batch = builder.Finish();
  ExpectValid(batch);
  ASSERT_EQ(batch.rows(), 1u);
  EXPECT_THAT(Texts(batch, "user.name"), ElementsAre("root"));
  EXPECT_THAT(Texts(batch, "message"), ElementsAre("hello"));
  EXPECT_EQ(batch.Find("source.ip")->addresses()[0].ToString(), "198.51.100.7");
  EXPECT_EQ(batch.Find("source.port")->integers()[0], 22);
  EXPECT_EQ(batch.Find("@timestamp", ColumnType::kTime)->integers()[0], 1'000'000'007);
  EXPECT_EQ(batch.Find("delivery.maybe_repeated")->bools()[0], 1);
  EXPECT_THAT(ListAt(batch, "tags", 0), ElementsAre("a"));
  EXPECT_EQ(batch.Find("related.ip")->addresses()[0].ToString(), "::1");
  EXPECT_EQ(batch.Find("labels.ratio")->doubles()[0], 0.5);
}

TEST(BatchBuilderTest, LeavesUnsetFieldsAbsentAndEmptyOnesPresent) {
  BatchBuilder builder;
  builder.FinishRow();
  builder.Keyword(Field::kUserName, "");
  builder.Text(Field::kMessage, "");
  builder.FinishRow();
  builder.FinishRow();

  const EventBatch batch = builder.Finish();
  ExpectValid(batch);
  EXPECT_THAT(Texts(batch, "user.name"), ElementsAre("-", "", "-"));
  EXPECT_THAT(Texts(batch, "message"), ElementsAre("-", "", "-"));
}

TEST(BatchBuilderTest, StoresAColumnThatIsAlwaysSetWithoutAPresence) {
  BatchBuilder builder;
  for (int i = 0; i < 3; ++i) {
    builder.Keyword(Field::kUserName, "root");
    builder.FinishRow();
  }
  EXPECT_TRUE(builder.Finish().Find("user.name")->all_present());
}

TEST(BatchBuilderTest, InternsEqualValuesOnce) {
  BatchBuilder builder;
  for (int i = 0; i < 1000; ++i) {
    builder.Keyword(Field::kUserName, absl::StrCat("user", i % 100));
    builder.Ip(Field::kSourceIp, IpAddress::FromV4(static_cast<std::uint32_t>(i % 50)));
    builder.AddKeyword(Field::kTags, absl::StrCat("tag", i % 10));
    builder.AddKeyword(Field::kTags, "all");
    builder.FinishRow();
  }
  const EventBatch batch = builder.Finish();
  ExpectValid(batch);
  EXPECT_EQ(batch.Find("user.name")->dictionary_size(), 100u);
  EXPECT_EQ(batch.Find("source.ip")->dictionary_size(), 50u);
  EXPECT_EQ(batch.Find("tags")->dictionary_size(), 10u);
  EXPECT_EQ(batch.Find("tags")->strings().size(), 11u);
  EXPECT_EQ(batch.Find("user.name")->TextAt(777), "user77");
  EXPECT_THAT(ListAt(batch, "tags", 777), ElementsAre("tag7", "all"));
}

TEST(BatchBuilderTest, KeepsTheLastOfTwoValuesAndNoTraceOfTheFirst) {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "first");
  builder.Keyword(Field::kUserName, "second");
  builder.Text(Field::kMessage, "one");
  builder.Text(Field::kMessage, "two!");
  builder.Integer(Field::kSourcePort, 1);
  builder.Integer(Field::kSourcePort, 2);
  builder.FinishRow();

  EXPECT_EQ(builder.logical_bytes(), 6u + 4u + 8u);
  const EventBatch batch = builder.Finish();
  EXPECT_THAT(Texts(batch, "user.name"), ElementsAre("second"));
  EXPECT_EQ(batch.Find("user.name")->dictionary_size(), 1u);
  EXPECT_THAT(Texts(batch, "message"), ElementsAre("two!"));
  EXPECT_EQ(batch.Find("source.port")->integers()[0], 2);
}

TEST(BatchBuilderTest, AddsAnElementToAListOnce) {
  BatchBuilder builder;
  for (const char* tag : {"a", "b", "a"}) builder.AddKeyword(Field::kTags, tag);
  builder.FinishRow();
  EXPECT_EQ(builder.logical_bytes(), 2u);
  EXPECT_THAT(ListAt(builder.Finish(), "tags", 0), ElementsAre("a", "b"));
}

TEST(BatchBuilderTest, AnAbandonedRowLeavesNothingBehind) {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "kept");
  builder.AddKeyword(Field::kTags, "kept");
  builder.FinishRow();
  for (int i = 0; i < 200; ++i) {
    builder.Keyword(Field::kUserName, absl::StrCat("secret", i));
    builder.Text(Field::kMessage, "secret");
    builder.AddKeyword(Field::kTags, absl::StrCat("secret", i));
    builder.AddIp(Field::kRelatedIp, IpAddress::FromV4(1));
    builder.NamedBool("labels.secret", true);
    builder.AbandonRow();
  }
  builder.Keyword(Field::kUserName, "also kept");
  builder.FinishRow();

  EXPECT_EQ(builder.logical_bytes(), 4u + 4u + 9u);
  const EventBatch batch = builder.Finish();
  ExpectValid(batch);
  ASSERT_EQ(batch.columns().size(), 2u);
  EXPECT_THAT(Texts(batch, "user.name"), ElementsAre("kept", "also kept"));
  EXPECT_EQ(batch.Find("user.name")->dictionary_size(), 2u);
  EXPECT_EQ(batch.Find("tags")->strings().size(), 1u);
}

TEST(BatchBuilderTest, SaysWhichFieldsTheCurrentRowHas) {
  BatchBuilder builder;
  EXPECT_FALSE(builder.Has(Field::kUserName));
  builder.Keyword(Field::kUserName, "root");
  EXPECT_TRUE(builder.Has(Field::kUserName));
  builder.FinishRow();
  EXPECT_FALSE(builder.Has(Field::kUserName));
  builder.Keyword(Field::kUserName, "root");
  builder.AbandonRow();
  EXPECT_FALSE(builder.Has(Field::kUserName));
}

TEST(BatchBuilderTest, CutsALongValueBetweenCharactersAndTagsTheRow) {
  const std::string long_value = std::string(kValueBytesMax - 1, 'x') + "\u00e9 and more";
  BatchBuilder builder;
  builder.Text(Field::kMessage, long_value);
  builder.FinishRow();
  builder.Text(Field::kMessage, std::string(kValueBytesMax, 'y'));
  builder.FinishRow();

  const EventBatch batch = builder.Finish();
  EXPECT_EQ(batch.Find("message")->TextAt(0), std::string(kValueBytesMax - 1, 'x'));
  EXPECT_EQ(batch.Find("message")->TextAt(1).size(), kValueBytesMax);
  EXPECT_THAT(ListAt(batch, "tags", 0), ElementsAre("value_cut"));
  EXPECT_FALSE(batch.Find("tags")->Has(1));
}

TEST(BatchBuilderTest, BoundsARowOfManyLongValues) {
  BatchBuilder builder;
  for (int i = 0; i < 100; ++i) {
    builder.NamedText(absl::StrCat("labels.", i), std::string(kValueBytesMax, 'x'));
  }
  builder.FinishRow();
  EXPECT_LE(builder.logical_bytes(), (2u << 20) + 9);
  EXPECT_TRUE(builder.full());
  EXPECT_THAT(ListAt(builder.Finish(), "tags", 0), ElementsAre("value_cut"));
}

TEST(BatchBuilderTest, BoundsAListOfManyLongElements) {
  BatchBuilder builder;
  for (int i = 0; i < 2000; ++i) {
    builder.NamedAddKeyword("labels.list", absl::StrCat(i, std::string(10'000, 'x')));
  }
  builder.FinishRow();
  EXPECT_LE(builder.logical_bytes(), (2u << 20) + 9);
  EXPECT_LE(builder.Finish().Find("labels.list")->strings().size(), kListElementsMax);
}

TEST(BatchBuilderTest, RefusesNamedColumnsBeyondTheLimitUntilTheNextBatch) {
  BatchBuilder builder;
  int taken = 0;
  while (builder.NamedInteger(absl::StrCat("labels.", taken), 1)) ++taken;
  builder.Keyword(Field::kUserName, "still fits");
  EXPECT_TRUE(builder.NamedInteger("labels.0", 2));
  builder.FinishRow();
  EXPECT_GT(taken, 350);
  const EventBatch batch = builder.Finish();
  EXPECT_LE(batch.columns().size(), kBatchColumnsMax);
  EXPECT_EQ(batch.columns().size(), static_cast<std::size_t>(taken) + 1);
  EXPECT_TRUE(builder.NamedInteger("labels.another", 1));
}

TEST(BatchBuilderTest, ForgetsNamesOfEarlierBatches) {
  BatchBuilder builder;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(builder.NamedInteger(absl::StrCat("labels.", i), i));
    builder.FinishRow();
    ASSERT_EQ(builder.Finish().columns().size(), 1u);
  }
}

TEST(BatchBuilderTest, FindsTheSameColumnsWithAMemoAsWithout) {
  ColumnMemo memo;
  ColumnMemo core;
  for (int builders = 0; builders < 2; ++builders) {
    BatchBuilder builder;
    for (int batches = 0; batches < 2; ++batches) {
      EXPECT_TRUE(builder.NamedKeyword("labels.a", "x", memo));
      EXPECT_TRUE(builder.NamedInteger("labels.a", 7, memo));
      EXPECT_TRUE(builder.NamedBool("labels.a", true, memo));
      EXPECT_TRUE(builder.NamedKeyword("user.name", "root", core));
      builder.FinishRow();
      const EventBatch batch = builder.Finish();
      EXPECT_EQ(batch.columns().size(), 4u);
      EXPECT_THAT(Texts(batch, "labels.a"), ElementsAre("x"));
      EXPECT_THAT(Texts(batch, "user.name"), ElementsAre("root"));
    }
  }
}

TEST(BatchBuilderTest, LooksANameUpAgainWhenItsNamesAreForgotten) {
  ColumnMemo memo;
  BatchBuilder builder;
  for (int batch = 0; batch < 8; ++batch) {
    EXPECT_TRUE(builder.NamedKeyword("labels.stays", absl::StrCat(batch), memo));
    for (int name = 0; name < 200; ++name) {
      builder.NamedInteger(absl::StrCat("labels.", batch, "_", name), name);
    }
    builder.FinishRow();
    EXPECT_THAT(Texts(builder.Finish(), "labels.stays"), ElementsAre(absl::StrCat(batch)));
  }
}

TEST(BatchBuilderTest, RefusesAColumnBeyondTheLimitThoughItHasAMemo) {
  ColumnMemo memo;
  BatchBuilder builder;
  EXPECT_TRUE(builder.NamedInteger("labels.early", 1, memo));
  builder.FinishRow();
  (void)builder.Finish();
  for (int name = 0; builder.NamedInteger(absl::StrCat("labels.", name), name);) ++name;

  EXPECT_FALSE(builder.NamedInteger("labels.early", 1, memo));
}

TEST(BatchBuilderTest, GivesOneNameTwoTypesTwoColumns) {
  BatchBuilder builder;
  builder.NamedKeyword("labels.code", "x");
  builder.FinishRow();
  builder.NamedInteger("labels.code", 7);
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  EXPECT_NE(batch.Find("labels.code", ColumnType::kKeyword), nullptr);
  EXPECT_NE(batch.Find("labels.code", ColumnType::kInteger), nullptr);
}

TEST(BatchBuilderTest, TakesACoreNameGivenByNameForTheField) {
  BatchBuilder builder;
  EXPECT_TRUE(builder.NamedKeyword("user.name", "root"));
  EXPECT_TRUE(builder.Has(Field::kUserName));
  builder.Keyword(Field::kUserName, "admin");
  builder.FinishRow();
  EXPECT_EQ(builder.Finish().columns().size(), 1u);
}

TEST(BatchBuilderTest, IsFullAtTheRowLimitAndStartsAgainEmpty) {
  BatchBuilder builder;
  for (std::uint32_t i = 0; i < kBatchRowsMax; ++i) {
    EXPECT_FALSE(builder.full());
    builder.FinishRow();
  }
  EXPECT_TRUE(builder.full());
  EXPECT_EQ(builder.Finish().rows(), kBatchRowsMax);
  EXPECT_EQ(builder.rows(), 0u);
  EXPECT_EQ(builder.logical_bytes(), 0u);
  EXPECT_TRUE(builder.Finish().columns().empty());
}

}  // namespace
}  // namespace dims

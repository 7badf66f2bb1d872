// SPDX-License-Identifier: Apache-2.0
#include "common/event/event_json.h"

#include <string>

#include "common/event/batch_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

std::string Json(const EventBatch& batch, std::uint32_t row = 0) {
  std::string out;
  EventPrinter(batch).AppendJson(row, out);
  return out;
}

std::string Csv(const EventBatch& batch, absl::string_view name) {
  std::string out;
  EventPrinter(batch).AppendCsvCell(name, 0, out);
  return out;
}

std::string Plain(const EventBatch& batch, absl::string_view name) {
  std::string out;
  EventPrinter(batch).AppendPlain(name, 0, out);
  return out;
}

EventBatch Message(absl::string_view text) {
  BatchBuilder builder;
  builder.Text(Field::kMessage, text);
  builder.FinishRow();
  return builder.Finish();
}

TEST(EventJsonTest, PrintsTheTimeFirstAndTheRestByName) {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "root");
  builder.Integer(Field::kSourcePort, 22);
  builder.Ip(Field::kSourceIp, *IpAddress::Parse("2001:db8::1"));
  builder.Bool(Field::kDeliveryMaybeRepeated, true);
  builder.Integer(Field::kTimestamp, 1'796'000'000'500'000'000);
  builder.AddKeyword(Field::kTags, "a");
  builder.AddKeyword(Field::kTags, "b");
  builder.NamedDouble("labels.ratio", 0.1);
  builder.FinishRow();
  EXPECT_EQ(Json(builder.Finish()),
            R"({"@timestamp":"2026-11-30T00:53:20.500Z","delivery.maybe_repeated":true,)"
            R"("labels.ratio":0.1,"source.ip":"2001:db8::1","source.port":22,)"
            R"("tags":["a","b"],"user.name":"root"})");
}

TEST(EventJsonTest, LeavesOutAbsentFieldsAndInternalOnes) {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "root");
  builder.Keyword(Field::kDeliverySource, "file:1:2");
  builder.Integer(Field::kDeliveryPosition, 3);
  builder.FinishRow();
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  EXPECT_THAT(EventPrinter(batch).names(), ElementsAre("user.name"));
  EXPECT_EQ(Json(batch, 0), R"({"user.name":"root"})");
  EXPECT_EQ(Json(batch, 1), "{}");
}

TEST(EventJsonTest, PrintsTwoTypesOfOneNameAsAnArray) {
  BatchBuilder builder;
  builder.NamedInteger("labels.code", 7);
  builder.NamedKeyword("labels.code", "x");
  builder.FinishRow();
  builder.NamedInteger("labels.code", 8);
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  EXPECT_EQ(Json(batch, 0), R"({"labels.code":["x",7]})");
  EXPECT_EQ(Json(batch, 1), R"({"labels.code":8})");
}

TEST(EventJsonTest, EscapesQuotesControlsAndBytesThatAreNoText) {
  EXPECT_EQ(Json(Message("a\"b\\c\n\x1b[31m\x7f")), R"({"message":"a\"b\\c\n\u001b[31m\u007f"})");
  EXPECT_EQ(Json(Message("\xc2\x9b"
                         "31m")),
            R"({"message":"\u009b31m"})");
  EXPECT_EQ(Json(Message("caf\u00e9 \xff \xc3")),
            "{\"message\":\"caf\u00e9 \xef\xbf\xbd \xef\xbf\xbd\"}");
  // Overlong, surrogate, beyond U+10FFFF: a replacement for each byte.
  for (const char* bytes : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    const std::string json = Json(Message(bytes));
    EXPECT_EQ(json.find(bytes), std::string::npos);
    EXPECT_NE(json.find("\xef\xbf\xbd"), std::string::npos);
  }
}

TEST(EventJsonTest, QuotesCellsAndDisarmsFormulas) {
  EXPECT_EQ(Csv(Message("plain"), "message"), "plain");
  EXPECT_EQ(Csv(Message("a,b"), "message"), "\"a,b\"");
  EXPECT_EQ(Csv(Message("say \"x\"\n"), "message"), "\"say \"\"x\"\"\n\"");
  EXPECT_EQ(Csv(Message("=HYPERLINK(1)"), "message"), "'=HYPERLINK(1)");
  for (const char* text : {"+1", "-1", "@x", "\tx"}) {
    EXPECT_EQ(Csv(Message(text), "message"), std::string("'") + text);
  }
  EXPECT_EQ(Csv(Message("x"), "user.name"), "");
}

TEST(EventJsonTest, LeavesNegativeNumbersAsTheyAre) {
  BatchBuilder builder;
  builder.Integer(Field::kSourcePort, -5);
  builder.AddKeyword(Field::kTags, "a");
  builder.AddKeyword(Field::kTags, "b");
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  EXPECT_EQ(Csv(batch, "source.port"), "-5");
  EXPECT_EQ(Csv(batch, "tags"), "\"a;b\"");
  EXPECT_EQ(Plain(batch, "tags"), "a, b");
}

TEST(EventJsonTest, KeepsTerminalsSafe) {
  EXPECT_EQ(Plain(Message("\x1b]0;evil\x07 caf\u00e9\xff"), "message"),
            "\\x1b]0;evil\\x07 caf\u00e9\xef\xbf\xbd");
}

TEST(EventJsonTest, PrintsSpecialDoublesAsNull) {
  BatchBuilder builder;
  builder.NamedDouble("labels.x", 1.0 / 0.0);
  builder.NamedDouble("labels.y", 1e300);
  builder.FinishRow();
  EXPECT_EQ(Json(builder.Finish()), R"({"labels.x":null,"labels.y":1e+300})");
}

TEST(EventJsonTest, GivesTheSameBytesWhateverTheOrderOfColumns) {
  SeededRandom random(5);
  for (int round = 0; round < 20; ++round) {
    const EventBatch batch = RandomBatch(20, random);
    std::vector<Column> reversed(batch.columns().rbegin(), batch.columns().rend());
    const EventBatch other(batch.rows(), std::move(reversed));
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      EXPECT_EQ(Json(batch, row), Json(other, row));
    }
  }
}

}  // namespace
}  // namespace dims

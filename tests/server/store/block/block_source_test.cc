// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/block_source.h"

#include "common/event/fields.h"
#include "server/store/block/row_order.h"
#include "tests/server/store/block/block_fixture.h"
#include "tests/support/random_batch.h"
#include "tests/support/random_predicate.h"

namespace dims {
namespace {

TEST(BlockSourceTest, GivesBackEveryValueOfEveryType) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    const EventBatch batch = RandomBatch(static_cast<std::uint32_t>(1 + random.Below(700)), random);
    ZstdCodec zstd;
    const std::vector<std::uint32_t> order = BlockOrder(batch);
    BlockSource block = SourceOf(EncodeBlock(batch, zstd));
    ASSERT_EQ(block.rows(), batch.rows());
    for (const Column& column : batch.columns()) {
      const FieldDefinition* field = FindCoreField(column.name());
      if (field != nullptr && field->internal) continue;
      const auto loaded = block.Load(ColumnId{column.name(), column.type()});
      ASSERT_TRUE(loaded.ok()) << loaded.status();
      EXPECT_TRUE(ValidateParts((*loaded)->parts()).ok());
      EXPECT_EQ(ValuesOf(**loaded), ValuesOf(column, order)) << column.name() << " seed " << seed;
    }
  }
}

TEST(BlockSourceTest, TakesSomeRowsAsTheDecodedColumnHasThem) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    ZstdCodec zstd;
    const EncodedBlock encoded =
        EncodeBlock(RandomBatch(static_cast<std::uint32_t>(1 + random.Below(700)), random), zstd);
    BlockSource whole = SourceOf(encoded);
    for (const std::uint32_t share : {1u, 3u, 40u, 200u}) {
      BlockSource block = SourceOf(encoded);
      std::vector<std::uint32_t> rows;
      for (std::uint32_t row = 0; row < block.rows(); ++row) {
        if (random.OneIn(share)) rows.push_back(row);
      }
      for (const ColumnId& id : block.columns()) {
        const auto taken = block.TakeRows(id, rows);
        ASSERT_TRUE(taken.ok()) << taken.status();
        EXPECT_TRUE(ValidateParts((*taken)->parts()).ok());
        ASSERT_EQ((*taken)->rows(), rows.size());
        EXPECT_EQ(ValuesOf(**taken), ValuesOf(**whole.Load(id), rows)) << id.name << " " << seed;
      }
    }
  }
}

TEST(BlockSourceTest, AnswersEveryPredicateAsTheDecodedColumnDoes) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    ZstdCodec zstd;
    const EventBatch batch = RandomBatch(static_cast<std::uint32_t>(1 + random.Below(300)), random);
    const EncodedBlock encoded = EncodeBlock(batch, zstd);
    BlockSource whole = SourceOf(encoded);
    for (int i = 0; i < 8; ++i) {
      const Predicate predicate = RandomPredicate(random);
      BlockSource block = SourceOf(encoded);
      for (const ColumnId& id : block.columns()) {
        const auto column = whole.Load(id);
        const auto found = block.Match(id, predicate);
        ASSERT_TRUE(column.ok() && found.ok()) << found.status();
        EXPECT_EQ(*found, EvaluatePredicate(predicate, **column))
            << id.name << ", predicate " << static_cast<int>(predicate.kind()) << " '"
            << predicate.text() << "', seed " << seed;
      }
    }
  }
}

class SmallBlockTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kRows = 300;

  SmallBlockTest() {
    ColumnBuilder time("@timestamp", ColumnType::kTime);
    ColumnBuilder user("user.name", ColumnType::kKeyword);
    ColumnBuilder source("source.ip", ColumnType::kIp);
    ColumnBuilder message("message", ColumnType::kText);
    for (std::uint32_t row = 0; row < kRows; ++row) {
      time.SetInteger(row, 1000 + row);
      user.SetBytes(row, row % 3 == 0 ? "root" : "guest");
      source.SetIp(row, IpAddress::FromV4(0x0a000001u + row % 10));
      if (row % 2 == 0) message.SetBytes(row, absl::StrCat("login number ", row));
    }
    EventBatch batch(kRows, {});
    for (ColumnBuilder* builder : {&time, &user, &source, &message}) {
      batch.Put(builder->Take(kRows));
    }
    ZstdCodec zstd;
    encoded_ = EncodeBlock(batch, zstd);
  }

  EncodedColumn& Find(absl::string_view name) {
    for (EncodedColumn& column : encoded_.columns) {
      if (column.id.name == name) return column;
    }
    return encoded_.columns[0];
  }

  EncodedBlock encoded_;
  const ColumnId time_{"@timestamp", ColumnType::kTime};
  const ColumnId user_{"user.name", ColumnType::kKeyword};
  const ColumnId message_{"message", ColumnType::kText};
};

TEST_F(SmallBlockTest, CountsValuesFromTheDictionaryAlone) {
  MemoryParts* parts = nullptr;
  BlockSource block = SourceOf(encoded_, &parts);
  const auto counts = block.CountValues(user_);
  ASSERT_TRUE(counts.ok() && counts->has_value());
  EXPECT_EQ((*counts)->values->strings()[0], "guest");
  EXPECT_THAT((*counts)->counts, testing::ElementsAre(200, 100));
  EXPECT_EQ(parts->bodies, 0);
  EXPECT_FALSE(block.CountValues(message_)->has_value());
}

TEST_F(SmallBlockTest, DecidesOnBoundsAndDictionariesWithoutReadingRows) {
  MemoryParts* parts = nullptr;
  BlockSource block = SourceOf(encoded_, &parts);
  const ColumnId source{"source.ip", ColumnType::kIp};
  EXPECT_TRUE(block.Match(user_, Predicate::Equals("admin"))->None());
  EXPECT_TRUE(block.Match(source, Predicate::InCidr(*Cidr::Parse("10.1.0.0/16")))->None());
  EXPECT_TRUE(block.Match(source, Predicate::InCidr(*Cidr::Parse("10.0.0.0/8")))->All());
  EXPECT_EQ(parts->bodies, 0);
  EXPECT_EQ(block.BoundsOf(time_)->min, 1000);
  EXPECT_EQ(block.BoundsOf(time_)->max, 1299);
  EXPECT_FALSE(block.BoundsOf(user_).has_value());
}

TEST_F(SmallBlockTest, LooksForNoWordAmongAddresses) {
  MemoryParts* parts = nullptr;
  BlockSource block = SourceOf(encoded_, &parts);
  const ColumnId source{"source.ip", ColumnType::kIp};
  EXPECT_TRUE(block.Match(source, Predicate::Contains("login"))->None());
  EXPECT_EQ(parts->reads, 0);
  EXPECT_TRUE(block.Match(source, Predicate::Equals("10.0.0.77"))->None());
  EXPECT_EQ(parts->bodies, 0);
  EXPECT_EQ(block.Match(source, Predicate::Equals("10.0.0.1"))->Count(), kRows / 10);
}

TEST_F(SmallBlockTest, RendersOnlyTheTextsAskedFor) {
  BlockSource block = SourceOf(encoded_);
  RowBitmap wanted(kRows);
  wanted.Set(40);
  const auto column = block.LoadRows(message_, wanted);
  ASSERT_TRUE(column.ok());
  EXPECT_EQ((*column)->TextAt(40), "login number 40");
  EXPECT_EQ((*column)->TextAt(42), "");
  EXPECT_FALSE((*column)->Has(41));
}

TEST_F(SmallBlockTest, NamesBlockAndColumnOfADamagedPart) {
  Find("message").body[20] ^= 1;
  BlockSource block = SourceOf(encoded_);
  const auto loaded = block.Load(message_);
  EXPECT_TRUE(absl::IsDataLoss(loaded.status()));
  EXPECT_THAT(std::string(loaded.status().message()),
              testing::AllOf(testing::HasSubstr("day-20260115/1"), testing::HasSubstr("message")));
  EXPECT_TRUE(block.Load(user_).ok());
}

TEST_F(SmallBlockTest, RefusesAPartOfAnotherBlockThoughItIsWhole) {
  EncodedBlock other = encoded_;
  ZstdCodec zstd;
  ColumnBuilder user("user.name", ColumnType::kKeyword);
  std::vector<std::uint32_t> order;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    user.SetBytes(row, "mallory");
    order.push_back(row);
  }
  Find("user.name") = EncodeColumn(user.Take(kRows), order, {}, zstd);
  BlockSource block = SourceOf(encoded_);
  EXPECT_TRUE(absl::IsDataLoss(block.Load(user_).status()));
}

TEST_F(SmallBlockTest, SaysWhichColumnItLacks) {
  BlockSource block = SourceOf(encoded_);
  EXPECT_TRUE(absl::IsNotFound(block.Load(ColumnId{"nowhere", ColumnType::kText}).status()));
}

TEST_F(SmallBlockTest, SurvivesEveryFlippedByteOfEveryPart) {
  for (EncodedColumn& column : encoded_.columns) {
    for (std::string* part : {&column.head, &column.body}) {
      for (std::size_t at = 0; at < part->size(); ++at) {
        (*part)[at] ^= 0x40;
        BlockSource block = SourceOf(encoded_);
        const bool body = part == &column.body;
        const auto loaded = block.Load(column.id);
        const bool unread = column.id.type == ColumnType::kText && !body;
        EXPECT_EQ(loaded.ok(), unread) << column.id.name << " byte " << at;
        (*part)[at] ^= 0x40;
      }
    }
  }
}

TEST(BlockHeaderTest, IsReadAsItWasWrittenAndRefusedWhenDamaged) {
  SeededRandom random(5);
  ZstdCodec zstd;
  const BlockHeader header = EncodeBlock(RandomBatch(50, random), zstd).header;
  std::string bytes = header.Serialize();
  EXPECT_EQ(*BlockHeader::Parse(bytes), header);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= 1;
    EXPECT_FALSE(BlockHeader::Parse(bytes).ok()) << at;
    bytes[at] ^= 1;
    EXPECT_FALSE(BlockHeader::Parse(absl::string_view(bytes).substr(0, at)).ok()) << at;
  }
}

TEST(RowOrderTest, SortsBySiteDatasetTimeStreamAndOrdinal) {
  constexpr std::uint32_t kRows = 6;
  const char* sites[] = {"b", "a", "a", "a", "a", "a"};
  const std::int64_t times[] = {1, 9, 5, 5, 5, 2};
  const char* streams[] = {"x", "x", "y", "x", "x", "x"};
  const std::int64_t ordinals[] = {1, 2, 3, 5, 4, 6};
  ColumnBuilder site("organization.id", ColumnType::kKeyword);
  ColumnBuilder time("@timestamp", ColumnType::kTime);
  ColumnBuilder stream("event.stream", ColumnType::kKeyword);
  ColumnBuilder ordinal("event.ordinal", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    site.SetBytes(row, sites[row]);
    time.SetInteger(row, times[row]);
    stream.SetBytes(row, streams[row]);
    ordinal.SetInteger(row, ordinals[row]);
  }
  EventBatch batch(kRows, {});
  for (ColumnBuilder* builder : {&site, &time, &stream, &ordinal}) batch.Put(builder->Take(kRows));
  EXPECT_THAT(BlockOrder(batch), testing::ElementsAre(5, 4, 3, 2, 1, 0));
}

}  // namespace
}  // namespace dims

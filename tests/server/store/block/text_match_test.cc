// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_match.h"

#include "tests/server/store/block/block_fixture.h"

namespace dims {
namespace {

// Messages beside the columns they repeat.
EventBatch RandomBatch(SeededRandom& random, std::uint32_t rows) {
  TextMaker make(random);
  ColumnBuilder message("message", ColumnType::kText);
  ColumnBuilder user("user.name", ColumnType::kKeyword);
  ColumnBuilder source("source.ip", ColumnType::kIp);
  ColumnBuilder port("source.port", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::string name = absl::StrCat("account-", random.Below(40));
    const IpAddress address = IpAddress::FromV4(0x0a000000u + std::uint32_t(random.Below(3000)));
    const auto number = static_cast<std::int64_t>(random.Below(65536));
    user.SetBytes(row, name);
    if (!random.OneIn(5)) source.SetIp(row, address);
    port.SetInteger(row, number);
    if (random.OneIn(2)) {
      message.SetBytes(row, absl::StrCat("Failed password for ", name, " from ", address.ToString(),
                                         " port ", number, " ssh2"));
    } else if (!random.OneIn(6)) {
      message.SetBytes(row, make.Text());
    }
  }
  std::vector<Column> columns;
  for (ColumnBuilder* builder : {&message, &user, &source, &port}) {
    columns.push_back(builder->Take(rows));
  }
  return EventBatch(rows, std::move(columns));
}

// Pieces of texts that are there, with their ends moved and their case changed, and texts that are
// not.
std::string RandomNeedle(SeededRandom& random, const Column& texts) {
  TextMaker make(random);
  const auto row = static_cast<std::uint32_t>(random.Below(texts.rows()));
  std::string text =
      texts.Has(row) && !random.OneIn(4) ? std::string(texts.TextAt(row)) : make.Text();
  const std::size_t begin = text.empty() ? 0 : random.Below(text.size());
  text = text.substr(begin, 1 + random.Below(random.OneIn(3) ? 40 : 8));
  if (random.OneIn(4)) std::transform(text.begin(), text.end(), text.begin(), ::toupper);
  if (random.OneIn(12)) text += "7";
  return text;
}

Predicate RandomPredicate(SeededRandom& random, const Column& texts) {
  const std::string needle = RandomNeedle(random, texts);
  switch (random.Below(7)) {
    case 0: {
      const auto row = static_cast<std::uint32_t>(random.Below(texts.rows()));
      return Predicate::Equals(texts.Has(row) ? texts.TextAt(row) : absl::string_view(needle));
    }
    case 1:
      return Predicate::Wildcard(absl::StrCat(needle, random.OneIn(2) ? "*" : "?", "a*"));
    case 2:
      return Predicate::Wildcard(absl::StrCat(needle.substr(0, 3), "*", needle));
    case 3: {
      auto regex =
          Predicate::Regex("(for|user) [a-z]+-[0-9]+ from 10\\.0\\.[0-3]", random.OneIn(2));
      return *regex;
    }
    case 4: {
      auto regex = Predicate::Regex(absl::StrCat("port [0-9]*", random.Below(100), " ssh"), false);
      return *regex;
    }
    default:
      return Predicate::Contains(needle);
  }
}

TEST(TextMatchTest, AnswersAsTheDecodedColumnDoesForTwoThousandPairs) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    const auto rows = static_cast<std::uint32_t>(1 + random.Below(seed % 4 == 0 ? 3000 : 400));
    ZstdCodec zstd;
    const EncodedBlock encoded = EncodeBlock(RandomBatch(random, rows), zstd);
    BlockSource whole = SourceOf(encoded);
    const ColumnId id{"message", ColumnType::kText};
    const auto column = whole.Load(id);
    ASSERT_TRUE(column.ok()) << column.status();
    for (int i = 0; i < 60; ++i) {
      const Predicate predicate = RandomPredicate(random, **column);
      BlockSource fresh = SourceOf(encoded);  // knows of references by their distinct values alone
      const auto found = (random.OneIn(2) ? fresh : whole).Match(id, predicate);
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(*found, EvaluatePredicate(predicate, **column))
          << "seed " << seed << ", predicate " << static_cast<int>(predicate.kind()) << " '"
          << predicate.text() << "'";
    }
  }
}

TEST(TextMatchTest, KeepsEveryByteOfEveryText) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SeededRandom random(seed);
    const EventBatch batch =
        RandomBatch(random, static_cast<std::uint32_t>(random.Below(1500) + 1));
    ZstdCodec zstd;
    BlockSource block = SourceOf(EncodeBlock(batch, zstd));
    for (const Column& column : batch.columns()) {
      const auto loaded = block.Load(ColumnId{column.name(), column.type()});
      ASSERT_TRUE(loaded.ok()) << loaded.status();
      EXPECT_EQ(ValuesOf(**loaded), ValuesOf(column)) << column.name() << " seed " << seed;
    }
  }
}

class LoginsTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kRows = 2000;

  LoginsTest() : block_(SourceOf(Encode(), &parts_)) {}

  EncodedBlock Encode() {
    ColumnBuilder message("message", ColumnType::kText);
    ColumnBuilder source("source.ip", ColumnType::kIp);
    for (std::uint32_t row = 0; row < kRows; ++row) {
      const IpAddress address = IpAddress::FromV4(0xc6336400u + row % 200);
      source.SetIp(row, address);
      message.SetBytes(row, row % 10 == 0
                                ? absl::StrCat("Invalid user guest from ", address.ToString())
                                : absl::StrCat("Connection closed by ", address.ToString(),
                                               " port ", 40000 + row, " [preauth]"));
    }
    std::vector<Column> columns;
    columns.push_back(message.Take(kRows));
    columns.push_back(source.Take(kRows));
    return EncodeBlock(EventBatch(kRows, std::move(columns)), zstd_);
  }

  TextMatchCosts CostsOf(const Predicate& predicate) {
    EncodedBlock block = Encode();
    const auto body = OpenTextBody(block.header.ShapeOf(0), block.columns[0].body, zstd_);
    const auto bind = [&] {
      std::vector<std::shared_ptr<const Column>> references;
      for (const ColumnId& id : body->reader->references()) references.push_back(*block_.Load(id));
      return body->reader->Bind(std::move(references));
    };
    TextMatchCosts costs;
    EXPECT_TRUE(MatchTexts(*body->reader, predicate, bind, &costs).ok());
    return costs;
  }

  ZstdCodec zstd_;
  MemoryParts* parts_ = nullptr;
  BlockSource block_;
  const ColumnId id_{"message", ColumnType::kText};
};

TEST_F(LoginsTest, RejectsAWordTheBlockDoesNotHoldWithoutReadingTheTexts) {
  EXPECT_TRUE(block_.Match(id_, Predicate::Contains("mysql"))->None());
  EXPECT_TRUE(block_.Match(id_, Predicate::Equals("Invalid user from guest"))->None());
  EXPECT_EQ(parts_->bodies, 0);
}

TEST_F(LoginsTest, DecidesAPhraseOfConstantTextOnTheTemplates) {
  const TextMatchCosts costs = CostsOf(Predicate::Contains("invalid USER guest"));
  EXPECT_EQ(costs.templates_all, 1u);
  EXPECT_EQ(costs.templates_none, 1u);
  EXPECT_EQ(costs.texts_rendered, 0u);
  EXPECT_EQ(block_.Match(id_, Predicate::Contains("invalid USER guest"))->Count(), kRows / 10);
}

TEST_F(LoginsTest, DecidesAnAddressOnTheColumnTheTextsRepeat) {
  const TextMatchCosts costs = CostsOf(Predicate::Contains("198.51.100.77"));
  EXPECT_EQ(costs.templates_values, 2u);
  EXPECT_EQ(costs.texts_rendered, 0u);
  EXPECT_EQ(block_.Match(id_, Predicate::Contains("198.51.100.77"))->Count(), kRows / 200);
}

TEST_F(LoginsTest, RendersOnlyTextsOfTemplatesThatMayHoldAnExpression) {
  const Predicate regex = *Predicate::Regex("user (guest|admin) from .*\\.[0-9]0$", false);
  EXPECT_EQ(CostsOf(regex).texts_rendered, kRows / 10);
}

// A phrase that stands in two slots side by side, each by a value of its own.
class NeighboursTest : public testing::Test {
 protected:
  NeighboursTest() {
    ColumnBuilder message("message", ColumnType::kText);
    for (std::uint32_t row = 0; row < 900; ++row) {
      message.SetBytes(row, absl::StrCat("moved left", row % 9, "a right", row % 7, "b today"));
    }
    std::vector<Column> columns;
    columns.push_back(message.Take(900));
    encoded_ = EncodeBlock(EventBatch(900, std::move(columns)), zstd_);
  }

  TextMatchCosts CostsOf(absl::string_view phrase, std::uint32_t& found) {
    const auto body = OpenTextBody(encoded_.header.ShapeOf(0), encoded_.columns[0].body, zstd_);
    const auto bind = [] { return absl::OkStatus(); };
    TextMatchCosts costs;
    found = MatchTexts(*body->reader, Predicate::Contains(phrase), bind, &costs)->Count();
    return costs;
  }

  ZstdCodec zstd_;
  EncodedBlock encoded_;
};

TEST_F(NeighboursTest, AreReadOnlyWhereTheirDistinctValuesCouldMakeThePhrase) {
  std::uint32_t found = 0;
  EXPECT_EQ(CostsOf("4a right4B", found).texts_rendered, 900u);
  EXPECT_EQ(found, 900u / 63 + 1);
  for (const char* phrase : {"eft left", "left4 right", "right3b left", "a left2a r", "7a today"}) {
    EXPECT_EQ(CostsOf(phrase, found).texts_rendered, 0u) << phrase;
    EXPECT_EQ(found, 0u) << phrase;
  }
  EXPECT_EQ(CostsOf("3a right", found).templates_all, 0u);
  EXPECT_EQ(found, 100u);
}

}  // namespace
}  // namespace dims

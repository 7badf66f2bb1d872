// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/site_enrichment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/event/batch_builder.h"
#include "common/event/event_json.h"
#include "common/event/fields.h"
#include "common/filter/query.h"
#include "tests/support/mmdb_writer.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Fields = std::vector<std::pair<Field, std::string>>;

void WriteTo(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class SiteEnrichmentTest : public ::testing::Test {
 protected:
  void Event(const Fields& fields) {
    for (const auto& [field, value] : fields) {
      switch (DefinitionOf(field).type) {
        case ColumnType::kIp:
          builder_.Ip(field, *IpAddress::Parse(value));
          break;
        case ColumnType::kIpList:
          builder_.AddIp(field, *IpAddress::Parse(value));
          break;
        case ColumnType::kKeywordList:
          builder_.AddKeyword(field, value);
          break;
        default:
          builder_.Keyword(field, value);
      }
    }
    builder_.FinishRow();
  }

  void Enrich() {
    const auto enrichment = SiteEnrichment::Make(config_, directory_.path(), nullptr);
    ASSERT_NE(enrichment, nullptr);
    Check(enrichment->Apply(builder_.Finish()));
  }

  void Check(EventBatch batch) {
    for (const Column& column : batch.columns()) {
      EXPECT_TRUE(ValidateParts(column.parts()).ok()) << column.name();
    }
    batch_ = std::move(batch);
  }

  // The values of a field, "-" where absent, lists joined by blanks.
  std::vector<std::string> Of(const std::string& name) const {
    std::vector<std::string> out;
    const EventPrinter printer(batch_);
    for (std::uint32_t row = 0; row < batch_.rows(); ++row) {
      std::string text;
      if (batch_.Find(name) != nullptr) printer.AppendPlain(name, row, text);
      out.push_back(text.empty() ? "-" : text);
    }
    return out;
  }

  void Nat(const std::string& inside, const std::string& outside) {
    config_.nat.push_back(*ParseNatRule(inside, outside));
  }

  void Assets(const std::string& csv) {
    config_.assets = directory_ / "assets.csv";
    WriteTo(config_.assets, csv);
  }

  TemporaryDirectory directory_;
  EnrichConfig config_;
  BatchBuilder builder_;
  EventBatch batch_;
};

TEST_F(SiteEnrichmentTest, IsNotThereWhenNothingIsConfigured) {
  EXPECT_EQ(SiteEnrichment::Make({}, directory_.path(), nullptr), nullptr);
}

TEST_F(SiteEnrichmentTest, SaysHowTheWorldSeesAnAddress) {
  Nat("10.1.0.0/16", "198.51.100.7");
  Nat("10.1.2.0/24", "203.0.113.0/24");
  Event({{Field::kSourceIp, "10.1.9.9"}, {Field::kRelatedIp, "10.1.9.9"}});
  Event({{Field::kDestinationIp, "10.1.2.77"}});
  Event({{Field::kSourceIp, "10.1.9.9"}, {Field::kSourceNatIp, "192.0.2.1"}});
  Event({{Field::kSourceIp, "10.2.0.1"}, {Field::kDestinationIp, "131.0.0.1"}});
  Enrich();
  EXPECT_THAT(Of("source.nat.ip"), ElementsAre("198.51.100.7", "-", "192.0.2.1", "-"));
  EXPECT_THAT(Of("destination.nat.ip"), ElementsAre("-", "203.0.113.77", "-", "-"));
  EXPECT_THAT(Of("related.ip"), ElementsAre(HasSubstr("198.51.100.7"), "203.0.113.77", "-", "-"));
}

TEST_F(SiteEnrichmentTest, ReadsNatFromAFileTooAndAgainWhenItChanges) {
  config_.nat_csv = directory_ / "nat.csv";
  WriteTo(config_.nat_csv,
          "inside,outside\n# remark\n10.1.0.0/16, 198.51.100.7\n10.2.0.0/16,x\n10.3\n");
  const auto enrichment = SiteEnrichment::Make(config_, directory_.path(), nullptr);
  EXPECT_THAT(enrichment->Describe(), ElementsAre(Pair(config_.nat_csv, "1 row, 2 passed over")));
  Event({{Field::kSourceIp, "10.1.9.9"}});
  Check(enrichment->Apply(builder_.Finish()));
  EXPECT_THAT(Of("source.nat.ip"), ElementsAre("198.51.100.7"));
  WriteTo(config_.nat_csv, "10.1.0.0/16,198.51.100.88\n");
  enrichment->Refresh();
  Event({{Field::kSourceIp, "10.1.9.9"}});
  Check(enrichment->Apply(builder_.Finish()));
  EXPECT_THAT(Of("source.nat.ip"), ElementsAre("198.51.100.88"));
}

TEST_F(SiteEnrichmentTest, NamesWhatTheSiteKnowsByAddressMacAndHost) {
  Assets(
      "address,name,owner,role\n10.0.0.0/8,Halls\n10.1.2.3,Mayor's desk,Mayor,desktop\n"
      "00:1A:2b:3c:4d:5e,Printer,,printer\nDB1.city.example,Tax records,Finance\n");
  Event({{Field::kSourceIp, "10.1.2.3"}, {Field::kDestinationIp, "10.9.9.9"}});
  Event({{Field::kSourceMac, "00-1a-2B-3C-4D-5E"}});
  Event({{Field::kHostName, "db1.city.example."}, {Field::kDestinationDomain, "db1.city.example"}});
  Event({{Field::kSourceIp, "131.0.0.1"}});
  Enrich();
  EXPECT_THAT(Of("labels.source.asset"), ElementsAre("Mayor's desk", "Printer", "-", "-"));
  EXPECT_THAT(Of("labels.source.asset_owner"), ElementsAre("Mayor", "-", "-", "-"));
  EXPECT_THAT(Of("labels.source.asset_role"), ElementsAre("desktop", "printer", "-", "-"));
  EXPECT_THAT(Of("labels.destination.asset"), ElementsAre("Halls", "-", "Tax records", "-"));
  EXPECT_THAT(Of("labels.host.asset"), ElementsAre("-", "-", "Tax records", "-"));
  EXPECT_THAT(Of("labels.host.asset_owner"), ElementsAre("-", "-", "Finance", "-"));
}

TEST_F(SiteEnrichmentTest, KeepsTheAssetsItHasWhenTheirFileIsGone) {
  Assets("10.1.2.3,Desk\n");
  const auto enrichment = SiteEnrichment::Make(config_, directory_.path(), nullptr);
  std::filesystem::remove(config_.assets);
  enrichment->Refresh();
  Event({{Field::kSourceIp, "10.1.2.3"}});
  Check(enrichment->Apply(builder_.Finish()));
  EXPECT_THAT(Of("labels.source.asset"), ElementsAre("Desk"));
  EXPECT_THAT(enrichment->Describe()[0].second, HasSubstr("not read"));
}

TEST_F(SiteEnrichmentTest, TagsByHostInputAndFilter) {
  config_.tags.push_back({{"pci", "db"}, {"DB*"}, {}, {}});
  config_.tags.push_back({{"mail"}, {}, {"/var/log/mail*"}, {}});
  config_.tags.push_back({{"root"}, {"db?"}, {}, *ParseFilter("user.name:root")});
  config_.tags.push_back({{"outside"}, {}, {}, *ParseFilter("source.nat.ip:198.51.100.7")});
  Nat("10.1.0.0/16", "198.51.100.7");
  Event({{Field::kHostName, "db1"}, {Field::kTags, "pci"}, {Field::kUserName, "root"}});
  Event({{Field::kHostName, "web"}, {Field::kLogFilePath, "/var/log/mail.log"}});
  Event({{Field::kHostName, "db12"}, {Field::kUserName, "root"}});
  Event({{Field::kSourceIp, "10.1.0.1"}});
  Enrich();
  EXPECT_THAT(Of("tags"), ElementsAre("pci, db, root", "mail", "pci, db", "outside"));
}

TEST_F(SiteEnrichmentTest, LocatesAddresses) {
  MmdbWriter db;
  db.Add("131.0.0.0/16", MmdbWriter::Map({{"country", MmdbWriter::Text("US")}}));
  config_.mmdb = {directory_ / "x.mmdb", directory_ / "missing.mmdb"};
  WriteTo(config_.mmdb[0], db.File("Test"));
  Event({{Field::kSourceIp, "131.0.0.1"}});
  Enrich();
  EXPECT_THAT(Of("source.geo.country_iso_code"), ElementsAre("US"));
}

TEST_F(SiteEnrichmentTest, OfANewConfigurationTakesOpenDatabasesOver) {
  MmdbWriter db;
  db.Add("131.0.0.0/16", MmdbWriter::Map({{"country", MmdbWriter::Text("US")}}));
  config_.mmdb = {directory_ / "x.mmdb"};
  WriteTo(config_.mmdb[0], db.File("Test"));
  const auto before = SiteEnrichment::Make(config_, directory_.path(), nullptr);
  WriteTo(config_.mmdb[0], "damaged");
  Nat("10.1.0.0/16", "198.51.100.7");
  const auto after = SiteEnrichment::Make(config_, directory_.path(), before.get());
  Event({{Field::kSourceIp, "131.0.0.1"}});
  Check(after->Apply(builder_.Finish()));
  EXPECT_THAT(Of("source.geo.country_iso_code"), ElementsAre("US"));
}

// Every field of every row is what a look-up of that row alone would give.
TEST_F(SiteEnrichmentTest, IsWhatALoopOverTheRowsWouldFind) {
  SeededRandom random(5);
  const auto below = [&](std::uint64_t end) { return random.Uint64() % end; };
  const auto address = [&] { return absl::StrCat("10.", below(3), ".", below(4), ".", below(40)); };
  const auto nat = std::make_shared<NatMap>(
      std::vector<NatRule>{*ParseNatRule("10.0.0.0/16", "198.51.100.7"),
                           *ParseNatRule("10.1.1.0/24", "203.0.113.0/24")});
  const auto assets = std::make_shared<AssetTable>();
  std::vector<std::string> findings;
  assets->Parse("10.0.0.0/14,Hall,City\n10.1.1.0/27,Police,,cars\n", findings);
  const EnrichView view{{}, nat, assets};
  const std::vector<TagRule> tags = {{{"t1"}, {"a*"}, {}, {}},
                                     {{"t2"}, {}, {}, *ParseFilter("source.ip:10.1.0.0/16")}};
  std::vector<Fields> events;
  for (int n = 0; n < 400; ++n) {
    Fields event = {{Field::kHostName, below(2) != 0 ? "alpha" : "beta"}};
    if (below(5) != 0) event.emplace_back(Field::kSourceIp, address());
    if (below(5) != 0) event.emplace_back(Field::kDestinationIp, address());
    if (below(3) == 0) event.emplace_back(Field::kRelatedIp, address());
    if (below(9) == 0) event.emplace_back(Field::kSourceNatIp, "192.0.2.9");
    if (below(3) == 0) event.emplace_back(Field::kTags, "t1");
    Event(event);
    events.push_back(event);
  }
  const EventBatch whole = EnrichBatch(view, tags, builder_.Finish());
  const EventPrinter printer(whole);
  for (std::uint32_t row = 0; row < events.size(); ++row) {
    Event(events[row]);
    const EventBatch alone = EnrichBatch(view, tags, builder_.Finish());
    std::string expected, got;
    EventPrinter(alone).AppendJson(0, expected);
    printer.AppendJson(row, got);
    // The order of names is that of columns; their set and values are the same.
    std::sort(expected.begin(), expected.end());
    std::sort(got.begin(), got.end());
    ASSERT_EQ(got, expected) << row;
  }
}

TEST(NatRule, IsOneAddressOrABlockOfTheSameSize) {
  EXPECT_TRUE(ParseNatRule("10.1.0.0/16", "198.51.100.7").ok());
  EXPECT_TRUE(ParseNatRule("10.1.2.3", "198.51.100.7").ok());
  EXPECT_TRUE(ParseNatRule("fd00::/64", "2001:db8::/64").ok());
  EXPECT_TRUE(ParseNatRule("fd00::/64", "198.51.100.7").ok());
  EXPECT_FALSE(ParseNatRule("10.1.0.0/16", "198.51.100.0/24").ok());
  EXPECT_FALSE(ParseNatRule("10.0.0.0/0", "::/96").ok());
  EXPECT_FALSE(ParseNatRule("10.1.0.0/33", "198.51.100.7").ok());
  const NatMap map({*ParseNatRule("fd00::/60", "2001:db8:0:10::/60")});
  EXPECT_EQ(map.OutsideOf(*IpAddress::Parse("fd00:0:0:7::9"))->ToString(), "2001:db8:0:17::9");
}

TEST(AssetTable, PassesOverRowsItCannotReadAndNamesTheirLines) {
  AssetTable table;
  std::vector<std::string> findings;
  table.Parse(absl::StrCat("10.0.0.1\n10.0.0.2,\n10.0.0.3,a\x1b\n10.0.0.4,", std::string(97, 'a'),
                           "\na b c,x\n\"10.0.0.5,x\n"),
              findings);
  EXPECT_EQ(table.size(), 0u);
  ASSERT_EQ(findings.size(), 6u);
  for (int n = 0; n < 6; ++n)
    EXPECT_THAT(findings[static_cast<std::size_t>(n)],
                HasSubstr(absl::StrCat("line ", n + 1, ": ")));
  findings.clear();
  table.Parse(
      "\xEF\xBB\xBF"
      "10.0.0.1, A , B\r\n10.0.0.1,C\n",
      findings);
  EXPECT_THAT(findings, IsEmpty());
  EXPECT_EQ(table.OfAddress(*IpAddress::Parse("10.0.0.1"))->name, "C");
}

TEST(AssetTable, ReadsNoMoreRowsThanItMay) {
  std::string csv;
  for (std::size_t n = 0; n < kAssetsMax + 5; ++n) absl::StrAppend(&csv, "h", n, ",x\n");
  AssetTable table;
  std::vector<std::string> findings;
  table.Parse(csv, findings);
  EXPECT_EQ(table.size(), kAssetsMax);
  EXPECT_THAT(findings, ElementsAre(HasSubstr("more than 100000 rows")));
}

}  // namespace
}  // namespace dims

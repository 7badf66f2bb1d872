// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/batch_builder.h"
#include "common/event/fields.h"
#include "server/enrich/site_enricher.h"
#include "server/enrich/site_netmap.h"
#include "tests/support/mmdb_writer.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SiteEnricherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RegistrySnapshot registry;
    registry.sites["seattle"] = SiteWith("198.51.100.0/24", "seattle.example");
    registry.sites["tacoma"] = SiteWith("203.0.113.0/24", "tacoma.example");
    knowledge_.SetNetmap(MakeNetmap(registry));
  }

  static Site SiteWith(const std::string& cidr, const std::string& domain) {
    Site site;
    site.cidrs = {cidr};
    site.domains = {domain};
    return site;
  }

  void Know(const std::string& value, int confidence, std::int64_t expires_ns = kNeverExpires) {
    indicators_.push_back({*Observable::Parse(value), static_cast<std::uint8_t>(confidence),
                           Tlp::kGreen, expires_ns, "feed", absl::StrCat("about ", value)});
    knowledge_.SetIndicators(std::make_shared<const IndicatorSet>(indicators_));
  }

  void Event(const std::vector<std::pair<Field, std::string>>& fields) {
    for (const auto& [field, value] : fields) {
      if (DefinitionOf(field).type == ColumnType::kIp) {
        builder_.Ip(field, *IpAddress::Parse(value));
      } else if (DefinitionOf(field).type == ColumnType::kIpList) {
        builder_.AddIp(field, *IpAddress::Parse(value));
      } else {
        builder_.Keyword(field, value);
      }
    }
    builder_.FinishRow();
  }

  void Enrich() {
    std::vector<Column> annex;
    const EventBatch batch = builder_.Finish();
    SiteEnricher(knowledge_, geo_, clock_).Enrich(batch, annex);
    for (const Column& column : annex) {
      EXPECT_TRUE(ValidateParts(column.parts()).ok()) << column.name();
      EXPECT_EQ(column.rows(), batch.rows());
      EXPECT_EQ(column.type(), FindCoreField(column.name())->type);
    }
    annex_ = EventBatch(batch.rows(), std::move(annex));
  }

  // The values of a field, "-" where absent.
  std::vector<std::string> Of(Field field) const {
    std::vector<std::string> out;
    const Column* column = annex_.Find(NameOf(field));
    for (std::uint32_t row = 0; row < annex_.rows(); ++row) {
      if (column == nullptr || !column->Has(row)) {
        out.emplace_back("-");
      } else if (column->type() == ColumnType::kIp) {
        out.push_back(column->addresses()[column->codes()[row]].ToString());
      } else if (column->type() == ColumnType::kInteger) {
        out.push_back(absl::StrCat(column->integers()[row]));
      } else {
        out.emplace_back(column->TextAt(row));
      }
    }
    return out;
  }

  SimulatedClock clock_;
  Knowledge knowledge_;
  TemporaryDirectory directory_;
  GeoDatabases geo_{{directory_ / "x.mmdb"}, directory_.path()};
  std::vector<Indicator> indicators_;
  BatchBuilder builder_;
  EventBatch annex_;
};

TEST_F(SiteEnricherTest, TellsFriendFromFoeFromUnknown) {
  Know("192.0.2.7", 90);
  Event({{Field::kSourceIp, "198.51.100.3"}, {Field::kDestinationIp, "192.0.2.7"}});
  Event({{Field::kSourceIp, "192.0.2.7"}, {Field::kDestinationIp, "203.0.113.9"}});
  Event({{Field::kSourceIp, "192.0.2.8"}});
  Event({{Field::kUserName, "root"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("friend", "foe", "unknown", "-"));
  EXPECT_THAT(Of(Field::kSourceOwner), ElementsAre("seattle", "-", "-", "-"));
  EXPECT_THAT(Of(Field::kDestinationIff), ElementsAre("foe", "friend", "-", "-"));
  EXPECT_THAT(Of(Field::kDestinationOwner), ElementsAre("-", "tacoma", "-", "-"));
}

TEST_F(SiteEnricherTest, LocatesWhatTheSiteDidNot) {
  MmdbWriter db;
  db.Add("131.0.0.0/16", MmdbWriter::Map({{"country", MmdbWriter::Text("US")},
                                          {"asn", MmdbWriter::Text("AS64500")}}));
  std::ofstream(directory_ / "x.mmdb", std::ios::binary) << db.File("x");
  geo_.Refresh();
  Event({{Field::kSourceIp, "131.0.0.1"}});
  Event({{Field::kSourceIp, "131.0.0.1"}, {Field::kSourceCountry, "CA"}});
  Event({{Field::kSourceIp, "132.0.0.1"}});
  Event({{Field::kSourceIp, "10.0.0.1"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceCountry), ElementsAre("US", "CA", "-", "-"));
  EXPECT_THAT(Of(Field::kSourceAsNumber), ElementsAre("64500", "64500", "-", "-"));
  EXPECT_EQ(annex_.Find(NameOf(Field::kSourceCity)), nullptr);
}

TEST_F(SiteEnricherTest, NeverCallsAFriendAFoe) {
  Know("198.51.100.3", 100);
  Event({{Field::kSourceIp, "198.51.100.3"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("friend"));
  EXPECT_THAT(Of(Field::kThreatIndicatorName), ElementsAre("about 198.51.100.3"));
}

TEST_F(SiteEnricherTest, CallsNobodyAFoeBelowFiftyPercent) {
  Know("192.0.2.7", 49);
  Know("192.0.2.8", 50);
  Event({{Field::kSourceIp, "192.0.2.7"}});
  Event({{Field::kSourceIp, "192.0.2.8"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("unknown", "foe"));
  EXPECT_THAT(Of(Field::kThreatIndicatorConfidence), ElementsAre("49", "50"));
}

TEST_F(SiteEnricherTest, ForgetsIndicatorsThatHaveExpired) {
  Know("192.0.2.7", 90, absl::ToUnixNanos(clock_.Now() + absl::Hours(1)));
  Event({{Field::kSourceIp, "192.0.2.7"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("foe"));
  clock_.Advance(absl::Hours(2));
  Event({{Field::kSourceIp, "192.0.2.7"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("unknown"));
  EXPECT_EQ(annex_.Find(NameOf(Field::kThreatIndicatorName)), nullptr);
}

TEST_F(SiteEnricherTest, AsksTheDomainOnlyWhereThereIsNoAddress) {
  Know("evil.example", 90);
  Event({{Field::kSourceDomain, "www.seattle.example"}});
  Event({{Field::kSourceDomain, "a.evil.example"}});
  Event({{Field::kSourceIp, "192.0.2.7"}, {Field::kSourceDomain, "www.seattle.example"}});
  Enrich();
  EXPECT_THAT(Of(Field::kSourceIff), ElementsAre("friend", "foe", "unknown"));
  EXPECT_THAT(Of(Field::kSourceOwner), ElementsAre("seattle", "-", "-"));
}

TEST_F(SiteEnricherTest, MarksTheMostConfidentMatchAmongAllObservables) {
  const std::string hash = "d41d8cd98f00b204e9800998ecf8427e";
  Know("192.0.2.7", 60);
  Know("evil.example", 70);
  Know(hash, 80);
  Event({{Field::kSourceIp, "192.0.2.7"}, {Field::kDnsQuestionName, "www.evil.example"}});
  Event({{Field::kFileHashMd5, hash}, {Field::kUrlDomain, "evil.example"}});
  Event({{Field::kDnsResolvedIp, "192.0.2.1"}, {Field::kDnsResolvedIp, "192.0.2.7"}});
  Event({{Field::kSourceIp, "192.0.2.1"}});
  Enrich();
  EXPECT_THAT(
      Of(Field::kThreatIndicatorName),
      ElementsAre("about evil.example", absl::StrCat("about ", hash), "about 192.0.2.7", "-"));
  EXPECT_THAT(Of(Field::kThreatIndicatorIp), ElementsAre("-", "-", "192.0.2.7", "-"));
  EXPECT_THAT(Of(Field::kThreatIndicatorConfidence), ElementsAre("70", "80", "60", "-"));
  EXPECT_THAT(Of(Field::kThreatIndicatorProvider), ElementsAre("feed", "feed", "feed", "-"));
}

TEST_F(SiteEnricherTest, AddsNothingToEventsWithoutObservables) {
  Know("192.0.2.7", 60);
  Event({{Field::kUserName, "root"}});
  Enrich();
  EXPECT_THAT(annex_.columns(), IsEmpty());
}

using LookTest = SiteEnricherTest;

TEST_F(LookTest, TellsWhatIsKnownOfAValue) {
  Know("192.0.2.0/24", 90);
  Know("evil.example", 40);
  const auto answers =
      Look(knowledge_.View(),
           {"192.0.2.7", "198.51.100.3", "a.evil[.]example", "www.tacoma.example", "what?"},
           Tlp::kAmber, 0);
  std::vector<std::string> lines;
  for (const LookupAnswer& one : answers)
    lines.push_back(absl::StrCat(one.observable.text, " ", IffName(one.iff), " ", one.owner, " ",
                                 one.indicators.size(), " ", one.understood));
  EXPECT_THAT(lines, ElementsAre("192.0.2.7 foe  1 1", "198.51.100.3 friend seattle 0 1",
                                 "a.evil.example unknown  1 1",
                                 "www.tacoma.example friend tacoma 0 1", " unknown  0 0"));
  EXPECT_EQ(LookupAnswer::LineOf(answers[0].indicators[0]),
            "feed: about 192.0.2.0/24, confidence 90, TLP green (192.0.2.0/24)");
}

TEST_F(LookTest, HidesIndicatorsAboveTheAskersCeiling) {
  Know("192.0.2.7", 90);
  const auto answers = Look(knowledge_.View(), {"192.0.2.7"}, Tlp::kClear, 0);
  EXPECT_THAT(answers[0].indicators, IsEmpty());
  EXPECT_EQ(answers[0].iff, Iff::kFoe);
}

}  // namespace
}  // namespace dims

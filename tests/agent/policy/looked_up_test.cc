// SPDX-License-Identifier: Apache-2.0
// What was looked up by an address or a host goes where the address or host went.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/policy/policy.h"
#include "common/event/batch_builder.h"
#include "common/event/event_json.h"
#include "common/event/fields.h"

namespace dims {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class LookedUpTest : public ::testing::Test {
 protected:
  // An event from inside, and one from elsewhere, both fully enriched.
  void SetUp() override {
    for (const char* source : {"10.1.2.3", "131.0.0.1"}) {
      builder_.Ip(Field::kSourceIp, *IpAddress::Parse(source));
      builder_.AddIp(Field::kRelatedIp, *IpAddress::Parse(source));
      builder_.Ip(Field::kSourceNatIp, *IpAddress::Parse("198.51.100.7"));
      builder_.AddIp(Field::kRelatedIp, *IpAddress::Parse("198.51.100.7"));
      builder_.Keyword(Field::kSourceCity, "Tacoma");
      builder_.Integer(Field::kSourceAsNumber, 64500);
      builder_.Keyword(Field::kDestinationCity, "Seattle");
      builder_.Keyword(Field::kHostName, "desk1");
      builder_.NamedKeyword("labels.source.asset", "Mayor's desk");
      builder_.NamedKeyword("labels.host.asset_owner", "Mayor");
      builder_.Text(Field::kMessage, "seen as 198.51.100.7");
      builder_.FinishRow();
    }
  }

  void Apply(const std::string& policy) {
    ConfigReport report;
    const auto config = ParsePolicyConfig("policy.toml", policy, report);
    ASSERT_TRUE(config.ok()) << report.Text();
    PolicyCounts counts;
    left_ = Policy::Make(*config, PrivacyKey{})->Apply(builder_.Finish(), counts);
  }

  std::vector<std::string> Left(const std::string& name) const {
    std::vector<std::string> out;
    const EventPrinter printer(left_);
    for (std::uint32_t row = 0; row < left_.rows(); ++row) {
      std::string text;
      if (left_.Find(name) != nullptr) printer.AppendPlain(name, row, text);
      out.push_back(text);
    }
    return out;
  }

  BatchBuilder builder_;
  EventBatch left_;
};

TEST_F(LookedUpTest, FieldsGoWithAnAddressThatIsRedacted) {
  Apply("[[redact]]\naddresses = [\"10.0.0.0/8\"]\n");
  EXPECT_THAT(Left("source.geo.city_name"), ElementsAre("", "Tacoma"));
  EXPECT_THAT(Left("source.as.number"), ElementsAre("", "64500"));
  EXPECT_THAT(Left("labels.source.asset"), ElementsAre("", "Mayor's desk"));
  EXPECT_THAT(Left("destination.geo.city_name"), Each("Seattle"));
  EXPECT_THAT(Left("labels.host.asset_owner"), Each("Mayor"));
}

TEST_F(LookedUpTest, TheAddressAfterNatIsASecretWhereTheOneBeforeItIs) {
  Apply("[[redact]]\naddresses = [\"10.0.0.0/8\"]\n");
  EXPECT_THAT(Left("source.nat.ip"), ElementsAre("", "198.51.100.7"));
  EXPECT_THAT(Left("related.ip")[0], ::testing::Not(::testing::HasSubstr("198.51")));
  EXPECT_THAT(Left("message"), ElementsAre("seen as [redacted]", "seen as 198.51.100.7"));
}

TEST_F(LookedUpTest, FieldsGoWithARedactedField) {
  Apply("[[redact]]\nfields = [\"source.ip\", \"host.name\"]\nwith = \"hash\"\n");
  EXPECT_THAT(Left("source.geo.city_name"), Each(""));
  EXPECT_THAT(Left("source.nat.ip"), Each(""));
  EXPECT_THAT(Left("labels.host.asset_owner"), Each(""));
  EXPECT_THAT(Left("destination.geo.city_name"), Each("Seattle"));
}

TEST_F(LookedUpTest, FieldsGoWithAHostWhoseNameIsRedacted) {
  Apply("[[redact]]\nnames = [\"desk1\"]\n");
  EXPECT_THAT(Left("labels.host.asset_owner"), Each(""));
  EXPECT_THAT(Left("labels.source.asset"), Each("Mayor's desk"));
}

TEST_F(LookedUpTest, FieldsStayWithAFieldThatStays) {
  Apply("[[fields]]\nstay = [\"source.ip\"]\n");
  for (const char* name : {"source.ip", "source.nat.ip", "source.geo.city_name", "source.as.number",
                           "labels.source.asset", "related.ip"}) {
    EXPECT_THAT(Left(name), Each("")) << name;
  }
  EXPECT_THAT(Left("labels.host.asset_owner"), Each("Mayor"));
}

TEST_F(LookedUpTest, FieldsLeaveWhereAListNamesThem) {
  Apply("[[fields]]\nleave = [\"labels.source.asset\"]\n");
  EXPECT_THAT(Left("labels.source.asset"), Each("Mayor's desk"));
  EXPECT_THAT(Left("source.geo.city_name"), Each(""));
}

TEST_F(LookedUpTest, FieldsThatAListNamesGoWhereTheAddressIsRedacted) {
  Apply(
      "[[fields]]\nleave = [\"labels.source.asset\"]\n[[redact]]\naddresses = [\"10.0.0.0/8\"]\n");
  EXPECT_THAT(Left("labels.source.asset"), ElementsAre("", "Mayor's desk"));
}

}  // namespace
}  // namespace dims

// SPDX-License-Identifier: Apache-2.0
#include "agent/directives/active_directives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/event/batch_builder.h"
#include "common/event/event_json.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'796'000'000);
const std::int64_t kTomorrow = absl::ToUnixNanos(kNow + absl::Hours(24));

class ActiveDirectivesTest : public ::testing::Test {
 protected:
  void Make(RemoteDirectives allowed, std::vector<Directive> directives) {
    active_ = ActiveDirectives::Make({1, std::move(directives)}, allowed, kNow, refused_);
  }

  // Three events: cron, a log-in from 203.0.113.9, a look-up of www.evil.example with tag "dmz".
  static EventBatch Events() {
    BatchBuilder builder;
    builder.Keyword(Field::kProcessName, "cron");
    builder.FinishRow();
    builder.Keyword(Field::kProcessName, "sshd");
    builder.Ip(Field::kSourceIp, *IpAddress::Parse("203.0.113.9"));
    builder.FinishRow();
    builder.Keyword(Field::kProcessName, "named");
    builder.Keyword(Field::kDnsQuestionName, "www.evil.example");
    builder.AddKeyword(Field::kTags, "dmz");
    builder.FinishRow();
    return builder.Finish();
  }

  std::vector<std::string> Left(absl::Time now = kNow) {
    const EventBatch batch = active_->Apply(Events(), now, counts_);
    std::vector<std::string> rows;
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      std::string text;
      EventPrinter(batch).AppendPlain("process.name", row, text);
      text += ":";
      EventPrinter(batch).AppendPlain("tags", row, text);
      rows.push_back(text);
    }
    return rows;
  }

  std::shared_ptr<const ActiveDirectives> active_;
  std::vector<RefusedDirective> refused_;
  DirectiveCounts counts_;
};

TEST_F(ActiveDirectivesTest, AFilterKeepsEventsBack) {
  Make(RemoteDirectives::kFilters, {{1, kTomorrow, "process.name:=cron", "", {}}});
  EXPECT_THAT(refused_, IsEmpty());
  EXPECT_THAT(Left(), ElementsAre("sshd:", HasSubstr("named:")));
  EXPECT_EQ(counts_.dropped, 1u);
  EXPECT_EQ(counts_.tagged, 0u);
}

TEST_F(ActiveDirectivesTest, EverythingMayBeKeptBack) {
  Make(RemoteDirectives::kFilters, {{1, kTomorrow, "*", "", {}}});
  EXPECT_THAT(Left(), IsEmpty());
  EXPECT_EQ(counts_.dropped, 3u);
}

TEST_F(ActiveDirectivesTest, WatchedAddressesAndDomainsAreTaggedBesideOtherTags) {
  Make(RemoteDirectives::kWatchlists, {{1, kTomorrow, "", "c2", {"203.0.113.0/24", "evil.example"}},
                                       {2, kTomorrow, "", "dns", {"evil.example"}}});
  const std::vector<std::string> left = Left();
  ASSERT_THAT(left, SizeIs(3));
  EXPECT_EQ(left[0], "cron:");
  EXPECT_THAT(left[1], HasSubstr("watchlist:c2"));
  EXPECT_THAT(left[2], HasSubstr("dmz"));
  EXPECT_THAT(left[2], HasSubstr("watchlist:c2"));
  EXPECT_THAT(left[2], HasSubstr("watchlist:dns"));
  EXPECT_EQ(counts_.tagged, 2u);
}

TEST_F(ActiveDirectivesTest, WatchedHashesAreTagged) {
  Make(RemoteDirectives::kWatchlists,
       {{1, kTomorrow, "", "mal", {"44D88612FEA8A8F36DE82E1278ABB02F"}}});
  BatchBuilder builder;
  builder.AddKeyword(Field::kRelatedHash, "44d88612fea8a8f36de82e1278abb02f");
  builder.FinishRow();
  const EventBatch batch = active_->Apply(builder.Finish(), kNow, counts_);
  EXPECT_EQ(batch.rows(), 1u);
  EXPECT_EQ(counts_.tagged, 1u);
}

TEST_F(ActiveDirectivesTest, WhatHasEndedDoesNothing) {
  Make(RemoteDirectives::kFilters,
       {{1, kTomorrow, "*", "", {}}, {2, kTomorrow, "", "c2", {"203.0.113.9"}}});
  const absl::Time later = absl::FromUnixNanos(kTomorrow);
  EXPECT_THAT(Left(later), ElementsAre("cron:", "sshd:", HasSubstr("dmz")));
  EXPECT_EQ(counts_.dropped + counts_.tagged, 0u);
  EXPECT_THAT(active_->Describe(later), IsEmpty());
  EXPECT_THAT(active_->Describe(kNow),
              ElementsAre(HasSubstr("not sent until"), HasSubstr("watchlist:c2")));
}

TEST_F(ActiveDirectivesTest, TheSiteTakesWhatItsPolicySays) {
  const std::vector<Directive> both = {{1, kTomorrow, "*", "", {}},
                                       {2, kTomorrow, "", "c2", {"203.0.113.9"}}};
  Make(RemoteDirectives::kOff, both);
  EXPECT_TRUE(active_->empty());
  ASSERT_THAT(refused_, SizeIs(2));
  EXPECT_THAT(refused_[0].reason, HasSubstr("takes no filters"));
  EXPECT_THAT(refused_[1].reason, HasSubstr("remote = \"off\""));
  refused_.clear();
  Make(RemoteDirectives::kWatchlists, both);
  ASSERT_THAT(refused_, SizeIs(1));
  EXPECT_EQ(refused_[0].id, 1u);
  EXPECT_THAT(Left(), SizeIs(3));
}

TEST_F(ActiveDirectivesTest, WrongDirectivesAreRefusedAloneWithTheReason) {
  const std::int64_t too_late = absl::ToUnixNanos(kNow + kDirectiveLifetimeMax + absl::Hours(49));
  Make(RemoteDirectives::kFilters, {{1, kTomorrow, "a:b:c:(", "", {}},
                                    {2, kTomorrow, "", "c2", {"not an address"}},
                                    {3, too_late, "*", "", {}},
                                    {4, kTomorrow, "", "", {}},
                                    {5, kTomorrow, "* | count", "", {}},
                                    {6, kTomorrow, "process.name:=cron", "", {}}});
  ASSERT_THAT(refused_, SizeIs(5));
  EXPECT_THAT(refused_[0].reason, HasSubstr("filter"));
  EXPECT_THAT(refused_[1].reason, HasSubstr("not an address"));
  EXPECT_THAT(refused_[2].reason, HasSubstr("90 days"));
  EXPECT_THAT(refused_[3].reason, HasSubstr("either"));
  EXPECT_EQ(refused_[4].id, 5u);
  EXPECT_THAT(Left(), SizeIs(2));
}

}  // namespace
}  // namespace dims

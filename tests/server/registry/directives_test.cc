// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/registry/registry.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class RegistryDirectivesTest : public ::testing::Test {
 protected:
  RegistryDirectivesTest() {
    Reopen();
    for (const char* id : {"seattle", "tacoma"}) {
      Site site;
      site.id = id;
      site.name = id;
      EXPECT_TRUE(registry_->AddSite(site).ok());
    }
  }

  void Reopen() {
    registry_.reset();
    registry_ = *Registry::Open(directory_ / "registry.db", clock_);
  }

  DirectiveRecord Drop(const std::string& filter, absl::Duration lifetime = absl::Hours(1)) {
    DirectiveRecord record;
    record.site = "seattle";
    record.asked.drop = filter;
    record.asked.until_ns = absl::ToUnixNanos(clock_.Now() + lifetime);
    record.created_by = "dims://g/user/ann";
    return record;
  }

  DirectiveRecord Watch(const std::vector<std::string>& values) {
    DirectiveRecord record = Drop("");
    record.asked.watchlist = "c2";
    record.asked.values = values;
    return record;
  }

  SiteDirectives OfSeattle() {
    const SiteDirectives* found = registry_->Snapshot()->FindDirectives("seattle");
    return found == nullptr ? SiteDirectives() : *found;
  }

  std::string WhyNot(const DirectiveRecord& record) {
    return std::string(registry_->AddDirective(record).status().message());
  }

  SimulatedClock clock_;
  TemporaryDirectory directory_;
  std::unique_ptr<Registry> registry_;
};

TEST_F(RegistryDirectivesTest, DirectivesAreKeptUnderNumbersThatAreNeverUsedAgain) {
  const std::uint64_t first = registry_->AddDirective(Drop("cron")).value();
  const std::uint64_t second = registry_->AddDirective(Watch({"192.0.2.1", "a.example"})).value();
  EXPECT_EQ(registry_->RemoveDirective(second).value(), "seattle");
  EXPECT_GT(registry_->AddDirective(Drop("again")).value(), second);
  Reopen();
  ASSERT_THAT(OfSeattle().records, SizeIs(2));
  EXPECT_EQ(OfSeattle().records[0].asked.id, first);
  EXPECT_EQ(OfSeattle().records[0].asked, [&] {
    Directive asked = Drop("cron").asked;
    asked.id = first;
    return asked;
  }());
  EXPECT_EQ(registry_->Snapshot()->FindDirectives("tacoma"), nullptr);
}

TEST_F(RegistryDirectivesTest, EachChangeCountsTheVersionUp) {
  const std::uint64_t id = registry_->AddDirective(Watch({"192.0.2.1"})).value();
  EXPECT_EQ(OfSeattle().version, 1u);
  ASSERT_TRUE(registry_->RemoveDirective(id).ok());
  EXPECT_EQ(OfSeattle().version, 2u);
  EXPECT_THAT(OfSeattle().records, SizeIs(0));
  EXPECT_TRUE(absl::IsNotFound(registry_->RemoveDirective(id).status()));
}

TEST_F(RegistryDirectivesTest, WhatNoSiteCouldTakeIsRefused) {
  DirectiveRecord nowhere = Drop("cron");
  nowhere.site = "atlantis";
  EXPECT_TRUE(absl::IsNotFound(registry_->AddDirective(nowhere).status()));
  EXPECT_THAT(WhyNot(Drop("")), HasSubstr("either"));
  EXPECT_THAT(WhyNot(Watch({"no address"})), HasSubstr("no address"));
  EXPECT_THAT(WhyNot(Drop("cron", absl::Hours(24 * 91))), HasSubstr("90 days"));
  EXPECT_THAT(WhyNot(Drop("cron", absl::ZeroDuration())), HasSubstr("90 days"));
  EXPECT_EQ(OfSeattle().version, 0u);
}

TEST_F(RegistryDirectivesTest, ASiteIsAskedForSoMuchAndNoMore) {
  for (std::size_t i = 0; i < kDirectivesMax; ++i) {
    ASSERT_TRUE(registry_->AddDirective(Drop("cron")).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(registry_->AddDirective(Drop("cron")).status()));
  clock_.Advance(absl::Hours(2));  // they have ended
  EXPECT_TRUE(registry_->AddDirective(Drop("cron")).ok());
  clock_.Advance(absl::Hours(24 * 8));
  EXPECT_TRUE(registry_->AddDirective(Drop("cron")).ok());
  EXPECT_THAT(OfSeattle().records, SizeIs(1));  // and are forgotten after a week
}

}  // namespace
}  // namespace dims

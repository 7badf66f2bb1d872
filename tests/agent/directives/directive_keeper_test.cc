// SPDX-License-Identifier: Apache-2.0
#include "agent/directives/directive_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>

#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DirectiveKeeperTest : public ::testing::Test {
 protected:
  DirectiveKeeperTest() { Reopen(RemoteDirectives::kFilters); }

  void Reopen(RemoteDirectives allowed) { keeper_.emplace(directory_.path(), allowed, clock_); }

  DirectiveSet Drops(std::uint64_t version, const std::vector<std::string>& filters) {
    DirectiveSet set{version, {}};
    for (const std::string& filter : filters) {
      set.directives.push_back({set.directives.size() + 1,
                                absl::ToUnixNanos(clock_.Now() + absl::Hours(1)),
                                filter,
                                "",
                                {}});
    }
    return set;
  }

  std::string path() const { return directory_.path() + "/directives"; }

  SimulatedClock clock_;
  TemporaryDirectory directory_;
  std::optional<DirectiveKeeper> keeper_;
};

TEST_F(DirectiveKeeperTest, WithoutASetNothingIsActive) {
  EXPECT_TRUE(keeper_->active()->empty());
  EXPECT_EQ(keeper_->Describe().version, 0u);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(DirectiveKeeperTest, WhatWasTakenHoldsAfterARestart) {
  EXPECT_EQ(keeper_->Take(1, Drops(3, {"cron", "a:b:("})).refused.size(), 1u);
  Reopen(RemoteDirectives::kFilters);
  EXPECT_EQ(keeper_->Describe().version, 3u);
  EXPECT_THAT(keeper_->Describe().active, SizeIs(1));
  EXPECT_THAT(keeper_->Describe().refused, IsEmpty());  // the server says it again

  struct stat file {};

  ASSERT_EQ(::stat(path().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777u, 0600u);
}

TEST_F(DirectiveKeeperTest, AStricterPolicyAtTheStartTakesLess) {
  keeper_->Take(1, Drops(3, {"cron"}));
  Reopen(RemoteDirectives::kOff);
  EXPECT_TRUE(keeper_->active()->empty());
  EXPECT_THAT(keeper_->Describe().refused, SizeIs(1));
}

TEST_F(DirectiveKeeperTest, WithinAConnectionAnOlderSetChangesNothing) {
  keeper_->Take(1, Drops(5, {"new"}));
  EXPECT_EQ(keeper_->Take(1, Drops(4, {})).version, 5u);
  EXPECT_THAT(keeper_->Describe().active, SizeIs(1));
  EXPECT_EQ(keeper_->Take(2, Drops(4, {})).version, 4u);  // a server that was restored
  EXPECT_THAT(keeper_->Describe().active, IsEmpty());
}

TEST_F(DirectiveKeeperTest, APolicyThatChangesIsHeldAgainstTheSameSet) {
  keeper_->Take(1, Drops(1, {"cron"}));
  EXPECT_THAT(keeper_->Allow(RemoteDirectives::kWatchlists).refused, SizeIs(1));
  EXPECT_TRUE(keeper_->active()->empty());
  EXPECT_THAT(keeper_->Allow(RemoteDirectives::kFilters).refused, IsEmpty());
  EXPECT_FALSE(keeper_->active()->empty());
}

TEST_F(DirectiveKeeperTest, ADamagedFileIsLeftOut) {
  std::ofstream(path()) << "\xff\xff\xff not a set";
  std::filesystem::permissions(path(), std::filesystem::perms::owner_read);
  Reopen(RemoteDirectives::kFilters);
  EXPECT_TRUE(keeper_->active()->empty());
}

TEST_F(DirectiveKeeperTest, WhatCannotBeWrittenHoldsUntilTheEndOfTheProcess) {
  std::filesystem::create_directories(path() + "/in the way");
  EXPECT_THAT(keeper_->Take(1, Drops(1, {"cron"})).refused, IsEmpty());
  EXPECT_FALSE(keeper_->active()->empty());
}

TEST_F(DirectiveKeeperTest, WhatIsActiveCanBeReadWhileTheFileIsBeingWritten) {
  std::vector<std::future<bool>> reads;
  int written = 0;
  const auto write_slowly = [&](const std::string&, absl::string_view, mode_t) {
    reads.push_back(std::async(std::launch::async, [this] { return keeper_->active()->empty(); }));
    if (reads.back().wait_for(std::chrono::seconds(2)) == std::future_status::ready) ++written;
    return absl::OkStatus();
  };
  keeper_.emplace(directory_.path(), RemoteDirectives::kFilters, clock_, write_slowly);
  keeper_->Take(1, Drops(1, {"cron"}));
  EXPECT_EQ(written, 1);
  keeper_->Allow(RemoteDirectives::kOff);
  EXPECT_EQ(written, 2);
  EXPECT_FALSE(reads[0].get());  // of the new set
  EXPECT_TRUE(reads[1].get());
}

}  // namespace
}  // namespace dims

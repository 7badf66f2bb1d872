// SPDX-License-Identifier: Apache-2.0
#include "server/detect/silent_sites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/simulated_clock.h"

namespace dims {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class SilentSitesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_.sites["seattle"].id = "seattle";
    registry_.sites["seattle"].silent_after = absl::Minutes(15);
    Join("a1");
  }

  void Join(const std::string& agent) {
    AgentRecord& record = registry_.agents[agent];
    record.site = "seattle";
    record.created = clock_.Now();
    record.last_stream = absl::InfinitePast();
  }

  void Stream(const std::string& agent, bool connected) {
    std::erase_if(streams_, [&](const AgentStream& stream) { return stream.agent == agent; });
    streams_.push_back({agent, connected, clock_.Now()});
  }

  std::vector<Alert> After(absl::Duration passed) {
    clock_.Advance(passed);
    return silent_.Check(registry_, streams_, clock_.Now());
  }

  SimulatedClock clock_;
  RegistrySnapshot registry_;
  std::vector<AgentStream> streams_;
  SilentSites silent_{clock_.Now()};
};

TEST_F(SilentSitesTest, AlertsOnceUntilTheSiteComesBack) {
  Stream("a1", true);
  EXPECT_THAT(After(absl::Hours(5)), IsEmpty());
  Stream("a1", false);
  EXPECT_THAT(After(absl::Minutes(15)), IsEmpty());
  const auto alerts = After(absl::Seconds(1));
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].rule, "site_silent");
  EXPECT_EQ(alerts[0].key, "seattle");
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
  Stream("a1", true);
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
  Stream("a1", false);
  EXPECT_THAT(After(absl::Hours(1)), SizeIs(1));
}

TEST_F(SilentSitesTest, CountsAnyAgentOfTheSite) {
  Join("a2");
  Stream("a1", false);
  Stream("a2", true);
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
}

TEST_F(SilentSitesTest, LeavesSitesAloneThatNoAgentJoinedOrAnOperatorSuspended) {
  registry_.agents["a1"].state = MemberState::kSuspended;
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
  registry_.agents.clear();
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
}

TEST_F(SilentSitesTest, DoesNotBlameSitesForTheServersOwnAbsence) {
  registry_.agents["a1"].last_stream = clock_.Now();
  clock_.Advance(absl::Hours(10));
  SilentSites restarted(clock_.Now());
  EXPECT_THAT(restarted.Check(registry_, {}, clock_.Now() + absl::Minutes(15)), IsEmpty());
  EXPECT_THAT(restarted.Check(registry_, {}, clock_.Now() + absl::Minutes(16)), SizeIs(1));
}

TEST_F(SilentSitesTest, NamesTheSameSilenceTheSameWayAfterARestart) {
  registry_.agents["a1"].last_stream = clock_.Now();
  const auto before = After(absl::Minutes(20));
  SilentSites restarted(clock_.Now());
  clock_.Advance(absl::Hours(1));
  const auto after = restarted.Check(registry_, {}, clock_.Now());
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(before[0].window_start_ns, after[0].window_start_ns);
}

TEST_F(SilentSitesTest, CountsTheAgentsThatAreSilentThemselves) {
  const auto silent_agents = [&] { return CountSilentAgents(registry_, streams_, clock_.Now()); };
  Join("a2");
  Stream("a1", true);
  Stream("a2", false);
  EXPECT_EQ(silent_agents(), 0u);
  clock_.Advance(absl::Minutes(16));
  EXPECT_EQ(silent_agents(), 1u) << "the connected one is not silent";
  registry_.agents["a2"].state = MemberState::kSuspended;
  EXPECT_EQ(silent_agents(), 0u);
}

}  // namespace
}  // namespace dims

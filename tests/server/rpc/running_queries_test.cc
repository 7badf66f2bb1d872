// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/running_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Status Allowed() {
  return absl::OkStatus();
}

TEST(RunningQueriesTest, CutsWhatTheUserHasRunningAndNothingElse) {
  RunningQueries queries;
  std::vector<std::string> cut;
  const auto noting = [&](const std::string& name) {
    return [&cut, name](const absl::Status&) { cut.push_back(name); };
  };
  const auto first = queries.Enter("ann", noting("first"), Allowed);
  const auto second = queries.Enter("ann", noting("second"), Allowed);
  const auto other = queries.Enter("bob", noting("other"), Allowed);
  queries.Enter("ann", noting("ended"), Allowed)->reset();

  queries.CutUser("ann", absl::PermissionDeniedError("suspended"));
  EXPECT_THAT(cut, ElementsAre("first", "second"));
}

TEST(RunningQueriesTest, ASuspensionWhileAQueryEntersCutsIt) {
  RunningQueries queries;
  bool cut = false;
  const auto entered = queries.Enter(
      "ann", [&](const absl::Status&) { cut = true; },
      [&] {  // the user was looked up before, and is suspended now
        queries.CutUser("ann", absl::PermissionDeniedError("suspended"));
        return absl::OkStatus();
      });
  EXPECT_TRUE(entered.ok());
  EXPECT_TRUE(cut);
}

TEST(RunningQueriesTest, WhoMayNotAskIsNotEntered) {
  RunningQueries queries;
  std::vector<std::string> cut;
  const auto entered = queries.Enter(
      "ann", [&](const absl::Status& why) { cut.emplace_back(why.message()); },
      [] { return absl::PermissionDeniedError("suspended"); });
  EXPECT_EQ(entered.status(), absl::PermissionDeniedError("suspended"));
  queries.CutUser("ann", absl::PermissionDeniedError("again"));
  EXPECT_THAT(cut, IsEmpty());
}

}  // namespace
}  // namespace dims

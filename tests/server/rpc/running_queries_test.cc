// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/running_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dims {
namespace {

using ::testing::ElementsAre;

TEST(RunningQueriesTest, CutsWhatTheUserHasRunningAndNothingElse) {
  RunningQueries queries;
  std::vector<std::string> cut;
  const auto noting = [&](const std::string& name) {
    return [&cut, name](const absl::Status&) { cut.push_back(name); };
  };
  const auto first = queries.Enter("ann", noting("first"));
  const auto second = queries.Enter("ann", noting("second"));
  const auto other = queries.Enter("bob", noting("other"));
  queries.Enter("ann", noting("ended")).reset();

  queries.CutUser("ann", absl::PermissionDeniedError("suspended"));
  EXPECT_THAT(cut, ElementsAre("first", "second"));
}

}  // namespace
}  // namespace dims

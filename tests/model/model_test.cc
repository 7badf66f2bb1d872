// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/model/search.h"

namespace dims::model {
namespace {

constexpr std::size_t kStatesMax = 8'000'000;
constexpr std::size_t kDeepStatesMax = 120'000'000;

Bounds World(int file_items, int counter_items, int faults) {
  Bounds bounds;
  bounds.file_items = file_items;
  bounds.counter_items = counter_items;
  bounds.faults = faults;
  return bounds;
}

// The whole world within its bounds, without a violation and without having met a limit of the
// state.
void ExpectClean(const Bounds& bounds, std::size_t states_max) {
  const SearchResult result = Explore(Rules(), bounds, states_max);
  std::printf(
      "%d file, %d counter items, %d faults: %zu states, %zu steps, %zu at rest, %zu of them "
      "declare too much\n",
      bounds.file_items, bounds.counter_items, bounds.faults, result.states, result.steps,
      result.quiet, result.over_declared);
  EXPECT_EQ(result.violation, "") << result.trace;
  EXPECT_TRUE(result.complete) << "more than " << states_max << " states";
  EXPECT_EQ(result.beyond_bounds, 0U);
  EXPECT_GT(result.quiet, 100U) << "hardly any state came to rest, so nothing was judged";
}

TEST(ProtocolModelTest, KeepsOneLineAndOneDatagramExactlyOnceThroughThreeFaults) {
  ExpectClean(World(1, 1, 3), kStatesMax);
}

TEST(ProtocolModelTest, KeepsTwoDatagramsExactlyOnceThroughThreeFaults) {
  ExpectClean(World(0, 2, 3), kStatesMax);
}

TEST(ProtocolModelTest, KeepsThreeLinesWithCutsInsideABatchExactlyOnceThroughTwoFaults) {
  ExpectClean(World(3, 0, 2), kStatesMax);
}

TEST(ProtocolModelTest, KeepsLinesAndDatagramsTogetherExactlyOnceThroughTwoFaults) {
  ExpectClean(World(2, 1, 2), kStatesMax);
}

TEST(ProtocolModelTest, DeclaresNothingThatIsStoredAfterOneFaultThatLeavesTheAgentItsDisk) {
  Bounds bounds = World(0, 3, 1);
  bounds.agent_restore = bounds.machine_restore = bounds.buffer_lost = bounds.hollow = false;
  bounds.gaps_must_be_exact = true;
  ExpectClean(bounds, kStatesMax);
}

TEST(ProtocolModelTest, StaysCleanInLargerWorlds) {
  if (std::getenv("DIMS_MODEL_DEEP") == nullptr) {
    GTEST_SKIP() << "set DIMS_MODEL_DEEP: takes many minutes and gigabytes";
  }
  ExpectClean(World(2, 0, 3), kDeepStatesMax);
  ExpectClean(World(0, 3, 2), kDeepStatesMax);
  ExpectClean(World(1, 2, 2), kDeepStatesMax);
  ExpectClean(World(2, 2, 2), kDeepStatesMax);
  ExpectClean(World(4, 0, 2), kDeepStatesMax);
  ExpectClean(World(2, 1, 3), kDeepStatesMax);
}

}  // namespace
}  // namespace dims::model

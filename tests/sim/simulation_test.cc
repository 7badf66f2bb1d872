// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulation.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace dims::sim {
namespace {

constexpr std::uint64_t kSeedsDefault = 200;

Faults Restores(bool agent, bool server) {
  Faults faults;
  faults.agent_restore = agent;
  faults.server_restore = server;
  return faults;
}

// DIMS_SIM_SEEDS: how many a test runs; fewer under sanitizers, more when there is time.
std::uint64_t SeedsWanted() {
  const char* wanted = std::getenv("DIMS_SIM_SEEDS");
  return wanted == nullptr ? kSeedsDefault : std::strtoull(wanted, nullptr, 10);
}

// DIMS_SIM_SEED runs one seed alone and prints what happened.
void ExpectCleanSeeds(std::uint64_t first, const Faults& faults) {
  const char* alone = std::getenv("DIMS_SIM_SEED");
  std::uint64_t end = first + SeedsWanted();
  if (alone != nullptr) {
    first = std::strtoull(alone, nullptr, 10);
    end = first + 1;
  }
  const std::uint64_t tried_end = first + 2 * (end - first);
  std::uint64_t run = 0, void_runs = 0, struck = 0, lines = 0, declared = 0, sealed = 0;
  std::uint64_t expired = 0, repeated = 0, rotations = 0, holes = 0;
  for (std::uint64_t seed = first; run < end - first && seed < tried_end; ++seed) {
    const Verdict verdict = Simulation(seed, faults, Mutation()).Run();
    if (verdict.is_void()) {
      ++void_runs;
      if (alone == nullptr) continue;
    }
    ++run;
    struck += static_cast<std::uint64_t>(verdict.faults);
    lines += verdict.lines;
    declared += verdict.declared;
    sealed += verdict.sealed;
    expired += verdict.expired;
    repeated += verdict.repeated;
    rotations += verdict.rotations;
    holes += verdict.holes;
    ASSERT_EQ(verdict.violation, "") << "seed " << seed << "\n"
                                     << absl::StrJoin(verdict.journal, "\n");
  }
  std::printf(
      "%lu seeds, %lu void, %lu faults, %lu lines stored (%lu sealed), %lu expired, %lu repeated "
      "and marked, %lu declared, %lu files rotated, truncated or deleted, "
      "%lu times lines to be read again\n",
      run, void_runs, struck, lines, sealed, expired, repeated, declared, rotations, holes);
  EXPECT_EQ(run, end - first) << "too many void runs";
}

TEST(SimulationTest, StoresEveryLineOnceThroughCrashesCutsAndDiskErrors) {
  ExpectCleanSeeds(1'000, Restores(false, false));
}

TEST(SimulationTest, StoresOrDeclaresEveryLineWhenTheServerIsRestored) {
  ExpectCleanSeeds(2'000, Restores(false, true));
}

TEST(SimulationTest, StoresOrDeclaresEveryLineWhenTheAgentIsRestored) {
  ExpectCleanSeeds(3'000, Restores(true, false));
}

TEST(SimulationTest, StoresOrDeclaresEveryLineWhenBothAreRestored) {
  ExpectCleanSeeds(4'000, Restores(true, true));
}

TEST(SimulationTest, StoresOrDeclaresEveryLineWhenTheSitesMachineIsRestoredWithItsFile) {
  Faults faults = Restores(true, false);
  faults.machine_restore = true;
  faults.rotation = false;
  ExpectCleanSeeds(5'000, faults);
}

}  // namespace
}  // namespace dims::sim

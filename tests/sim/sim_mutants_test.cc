// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace dims::sim {
namespace {

constexpr std::uint64_t kSeedsMax = 200;

// What is put back from an older copy while the mistake is sought.
enum class Restored : std::uint8_t {
  kNothing,
  kServer,
  kServerWithoutRings,
  kEitherEnd,
  kEitherEndAndTheFile
};

struct Mutant {
  const char* name;
  bool Mutation::*mistake;
  Restored restored = Restored::kNothing;
};

std::ostream& operator<<(std::ostream& out, const Mutant& mutant) {
  return out << mutant.name;
}

class SimulationMutantTest : public testing::TestWithParam<Mutant> {};

TEST_P(SimulationMutantTest, IsNoticedWithinAFewHundredSeeds) {
  Mutation mutation;
  mutation.*GetParam().mistake = true;
  Faults faults;
  faults.machine_restore = GetParam().restored == Restored::kEitherEndAndTheFile;
  faults.agent_restore = faults.machine_restore || GetParam().restored == Restored::kEitherEnd;
  faults.server_restore = GetParam().restored != Restored::kNothing;
  faults.no_ring = GetParam().restored == Restored::kServerWithoutRings;
  faults.rotation = !faults.machine_restore;
  for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const Verdict verdict = Simulation(seed, faults, mutation).Run();
    if (verdict.violation.empty()) continue;
    // What the same seed finds without the mistake proves nothing.
    if (!Simulation(seed, faults, Mutation()).Run().violation.empty()) continue;
    std::printf("%s: seed %lu: %s\n", GetParam().name, seed, verdict.violation.c_str());
    return;
  }
  ADD_FAILURE() << GetParam().name << " was not noticed by " << kSeedsMax << " seeds";
}

// No fence: too rare for random steps behind the overlap compare; the model finds it.
INSTANTIATE_TEST_SUITE_P(
    Mistakes, SimulationMutantTest,
    testing::Values(
        Mutant{"AckBeforeCommit", &Mutation::ack_before_commit},
        Mutant{"BookmarkBeforeBatch", &Mutation::bookmark_before_batch},
        Mutant{"NoChainCompare", &Mutation::no_chain_compare, Restored::kEitherEnd},
        Mutant{"SynchronousNormal", &Mutation::synchronous_normal},
        Mutant{"NoAckLog", &Mutation::no_ack_log, Restored::kEitherEnd},
        Mutant{"DayFileAfterLedger", &Mutation::day_file_after_ledger},
        Mutant{"TrustAnyBookmark", &Mutation::trust_any_bookmark, Restored::kEitherEndAndTheFile},
        Mutant{"WindowStateInMemory", &Mutation::window_state_in_memory},
        Mutant{"RowsBeforeHole", &Mutation::rows_before_hole, Restored::kServerWithoutRings},
        Mutant{"HolesNotRead", &Mutation::holes_not_read, Restored::kServerWithoutRings},
        Mutant{"NoRepeatedTag", &Mutation::no_repeated_tag, Restored::kEitherEndAndTheFile},
        Mutant{"GenerationKept", &Mutation::generation_kept, Restored::kServer},
        Mutant{"RetentionEarly", &Mutation::retention_early},
        Mutant{"SitesMixed", &Mutation::sites_mixed}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dims::sim

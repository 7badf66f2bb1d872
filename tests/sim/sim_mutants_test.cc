// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace dims::sim {
namespace {

constexpr std::uint64_t kSeedsMax = 400;

struct Mutant {
  const char* name;
  bool Mutation::*mistake;
  bool restores;
  bool machine = false;
};

std::ostream& operator<<(std::ostream& out, const Mutant& mutant) {
  return out << mutant.name;
}

class SimulationMutantTest : public testing::TestWithParam<Mutant> {};

TEST_P(SimulationMutantTest, IsNoticedWithinAFewHundredSeeds) {
  Mutation mutation;
  mutation.*GetParam().mistake = true;
  Faults faults;
  faults.agent_restore = faults.server_restore = GetParam().restores;
  faults.machine_restore = GetParam().machine;
  faults.rotation = !GetParam().machine;
  for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const Verdict verdict = Simulation(seed, faults, mutation).Run();
    if (verdict.violation.empty()) continue;
    std::printf("%s: seed %lu: %s\n", GetParam().name, seed, verdict.violation.c_str());
    return;
  }
  ADD_FAILURE() << GetParam().name << " was not noticed by " << kSeedsMax << " seeds";
}

// No fence, and rows sent before a hole of their file: too rare for random steps behind the overlap
// compare; the model finds it.
INSTANTIATE_TEST_SUITE_P(
    Mistakes, SimulationMutantTest,
    testing::Values(Mutant{"AckBeforeCommit", &Mutation::ack_before_commit, false},
                    Mutant{"BookmarkBeforeBatch", &Mutation::bookmark_before_batch, false},
                    Mutant{"NoChainCompare", &Mutation::no_chain_compare, true},
                    Mutant{"SynchronousNormal", &Mutation::synchronous_normal, false},
                    Mutant{"NoAckLog", &Mutation::no_ack_log, true},
                    Mutant{"DayFileAfterLedger", &Mutation::day_file_after_ledger, false},
                    Mutant{"TrustAnyBookmark", &Mutation::trust_any_bookmark, true, true},
                    Mutant{"WindowStateInMemory", &Mutation::window_state_in_memory, false},
                    Mutant{"HolesNotRead", &Mutation::holes_not_read, true},
                    Mutant{"NoRepeatedTag", &Mutation::no_repeated_tag, true, true},
                    Mutant{"GenerationKept", &Mutation::generation_kept, true},
                    Mutant{"RetentionEarly", &Mutation::retention_early, false},
                    Mutant{"SitesMixed", &Mutation::sites_mixed, false}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dims::sim

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/mutation.h"
#include "tests/sim/sim_agent.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/sim_server.h"
#include "tests/sim/site_record.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"

namespace dims::sim {

inline constexpr int kSteps = 240;
inline constexpr int kFaultsMin = 3;

struct Verdict {
  std::string violation;  // empty: none
  std::vector<std::string> journal;
  int faults = 0;
  std::size_t lines = 0;
  std::size_t declared = 0;
  std::uint64_t sealed = 0;

  // Too little happened to mean anything.
  bool is_void() const { return faults < kFaultsMin; }
};

// One site and one server in one thread over a faulty network, faulty disks and a clock that is
// set: kSteps random steps, then repair and rest, then the verdict. Everything follows from the
// seed.
class Simulation {
 public:
  Simulation(std::uint64_t seed, const Faults& faults, const Mutation& mutation);

  Verdict Run();

 private:
  void Step();
  void Strike();
  void StrikeAgent();
  void StrikeServer();
  static void Arm(CrashVfs& disk, std::uint64_t kind, std::uint64_t nth, bool either);
  void Restore();
  void Revive();
  void CountFired();
  void Note(const std::string& what);
  bool ComeToRest();
  void Judge();
  void JudgeCopies();
  void JudgeLines();

  const Faults faults_;
  const Mutation mutation_;
  SeededRandom random_;
  SimulatedClock clock_;
  SiteRecord record_;
  SimNetwork network_;
  SimAgent agent_;
  SimServer server_;
  bool agent_armed_ = false;  // a fault waits in the disk
  bool server_armed_ = false;
  bool day_armed_ = false;
  Verdict verdict_;
};

}  // namespace dims::sim

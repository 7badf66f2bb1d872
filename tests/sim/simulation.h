// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
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

inline constexpr int kSteps = 320;
inline constexpr int kFaultsMin = 3;

struct Verdict {
  std::string violation;  // empty: none
  std::vector<std::string> journal;
  int faults = 0;
  std::size_t lines = 0;
  std::size_t declared = 0;
  std::uint64_t sealed = 0;
  std::uint64_t expired = 0;  // dropped by retention
  std::size_t repeated = 0;   // copies that are marked so
  std::uint64_t rotations = 0;

  // Too little happened to mean anything.
  bool is_void() const { return faults < kFaultsMin; }
};

// Two or three sites and one server in one thread over faulty networks, faulty disks and a clock
// that is set: kSteps random steps, then repair and rest, then the verdict. Everything follows from
// the seed.
class Simulation {
 public:
  Simulation(std::uint64_t seed, const Faults& faults, const Mutation& mutation);

  Verdict Run();

 private:
  // One site: its world, its wire, its agent.
  struct Site {
    Site(std::size_t index, std::size_t sites, const Mutation& mutation, SimulatedClock& clock,
         SeededRandom& random);

    SiteRecord record;
    SimNetwork network;
    SimAgent agent;
    bool armed = false;  // a fault waits in its disk
  };

  void Step();
  void StepAgent(Site& site);
  void PassDays();

  Site& AnySite() { return *sites_[random_.Below(sites_.size())]; }

  void Hand(Site& site);
  void Strike();
  void StrikeAgent();
  void StrikeServer();
  static void Arm(CrashVfs& disk, std::uint64_t kind, std::uint64_t nth, bool either);
  void Restore();
  void RestoreServer();
  void Revive();
  void CountFired();
  void Note(const std::string& what);
  bool ComeToRest();
  void Judge();
  void JudgeCopies();
  void JudgeLines();
  void JudgeSite(const Site& site, const StoredLines& stored, std::size_t& missing);
  bool Expired(const SiteRecord& record, LineId id) const;
  void Violate(const std::string& what);

  const Faults faults_;
  const Mutation mutation_;
  SeededRandom random_;
  SimulatedClock clock_;
  std::vector<std::unique_ptr<Site>> sites_;
  SimNetworks networks_;
  SimServer server_;
  bool server_armed_ = false;  // a fault waits in the disk
  bool day_armed_ = false;
  Verdict verdict_;
};

}  // namespace dims::sim

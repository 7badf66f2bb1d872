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

inline constexpr int kSteps = 480;
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
  std::uint64_t holes = 0;  // times that an agent found holes

  // Too little happened to mean anything.
  bool is_void() const { return faults < kFaultsMin; }
};

// One to three sites and one server in one thread over faulty networks, faulty disks and a clock
// that is set: kSteps random steps, then repair and rest, then the verdict. Everything follows from
// the seed, also how many sites there are, how often faults strike and how often they are restores:
// a mix that is the same for all seeds never gets far enough to reach some states. Faults are
// random, and some are aimed: at agents that read a hole of a file again, and at the time between
// an agent's restore and its first contact.
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
    int hole_steps = 0;  // for so long a fault is likely: lines are being read again
  };

  void Step();
  void StepAgent(Site& site);
  void PassDays();

  Site& AnySite() { return *sites_[random_.Below(sites_.size())]; }

  void Hand(Site& site);
  void Strike();
  void StrikeReaders();
  void StrikeAgent();
  void StrikeServer();
  static void Arm(CrashVfs& disk, std::uint64_t kind, std::uint64_t nth, bool either);
  void Restore();
  void RestoreAgent(Site& site);
  void BackUpServer();
  void RestoreServer();
  void RestoreServerWhenDue();
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
  const bool restores_often_;
  const bool days_pass_;  // retention takes much of what a mistake could be seen by
  int restore_in_ = 0;    // steps
  const std::uint64_t steps_between_strikes_;
  bool server_armed_ = false;  // a fault waits in the disk
  bool day_armed_ = false;
  Verdict verdict_;
};

}  // namespace dims::sim

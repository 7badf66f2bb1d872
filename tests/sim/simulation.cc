// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace dims::sim {
namespace {

constexpr int kRestRounds = 3000;
constexpr const char* kFaultNames[] = {"", "", "power goes at sync or write ", "error at call ",
                                       "full at write "};

}  // namespace

Simulation::Simulation(std::uint64_t seed, const Faults& faults, const Mutation& mutation)
    : faults_(faults),
      mutation_(mutation),
      random_(seed),
      network_(random_),
      agent_(random_.Uint64(), mutation, clock_, random_, network_, record_),
      server_(random_.Uint64(), mutation, clock_, random_, network_) {
  network_.Mutate(mutation);
}

void Simulation::Note(const std::string& what) {
  verdict_.journal.push_back(absl::StrCat(verdict_.journal.size() + 1, " ", what));
}

Verdict Simulation::Run() {
  server_.Start();
  agent_.Start();
  for (int step = 0; step < kSteps; ++step) {
    Step();
    if (!verdict_.violation.empty()) return verdict_;
  }
  Note("repair and rest");
  for (CrashVfs* disk : {&agent_.disk(), &server_.disk(), &server_.day_disk()}) {
    disk->ClearFault();
    if (!disk->power_was_cut()) disk->CutPowerAtSync(0);
    if (!disk->power_was_cut()) disk->CutPowerAtWrite(0);
  }
  if (ComeToRest()) {
    Judge();
  } else {
    verdict_.violation = absl::StrCat("does not come to rest; agent: ", agent_.death(),
                                      "; server: ", server_.death());
  }
  return verdict_;
}

void Simulation::Step() {
  clock_.Advance(absl::Milliseconds(static_cast<std::int64_t>(random_.Below(400))));
  if (random_.OneIn(18)) Strike();
  CountFired();
  agent_.CheckHealth();
  if (server_.running() && server_.disk().power_was_cut()) server_.Kill();
  Revive();
  switch (random_.Below(10)) {
    case 0:
      agent_.WriteFile(1 + static_cast<int>(random_.Below(4)));
      break;
    case 1:
      agent_.ReadFile(1 + static_cast<int>(random_.Below(4)));
      break;
    case 2:
      agent_.ReceiveDatagrams(1 + static_cast<int>(random_.Below(3)));
      break;
    case 3:
    case 4:
      agent_.Tick();
      break;
    case 5:
    case 6:
      if (network_.HasForServer()) server_.Receive(network_.TakeForServer());
      break;
    case 7:
      server_.Commit();
      break;
    case 8:
      if (agent_.running() && network_.HasForAgent())
        network_.HandToAgent(agent_.forwarder(), server_.running());
      break;
    default:
      if (random_.OneIn(4)) {
        agent_.Tidy();
      } else if (agent_.running() && network_.HasForAgent()) {
        network_.HandToAgent(agent_.forwarder(), server_.running());
      }
      break;
  }
  if (random_.OneIn(10)) server_.Seal(false, random_.OneIn(8));
  if (server_.running() && random_.OneIn(12)) JudgeCopies();
}

void Simulation::Revive() {
  if (!agent_.running() && random_.OneIn(3)) agent_.Start();
  if (!server_.running() && random_.OneIn(3)) server_.Start();
}

void Simulation::Strike() {
  const std::uint64_t what = random_.Below(8);
  if (what == 0 && faults_.cuts) {
    Note("the stream is cut");
    ++verdict_.faults;
    network_.Cut();
  } else if (what == 1 && faults_.cuts && !network_.PeekForServer().empty()) {
    Note("a message arrives twice");
    ++verdict_.faults;
    SimNetwork::Arrival first = network_.TakeForServer();
    server_.Receive(first);
    server_.Receive(first);
  } else if (what <= 3) {
    StrikeAgent();
  } else if (what <= 5) {
    StrikeServer();
  } else {
    Restore();
  }
}

void Simulation::StrikeAgent() {
  const std::uint64_t kind = random_.Below(faults_.disk_errors ? 5 : 3);
  if (kind == 0) {
    Note("the agent is killed");
    if (agent_.running()) agent_.Kill();
  } else if (kind == 1) {
    Note("the agent's power is cut");
    agent_.CutPower();
  } else {
    const std::uint64_t nth = 1 + random_.Below(6);
    Note(absl::StrCat("the agent's disk: ", kFaultNames[kind], nth));
    Arm(agent_.disk(), kind, nth, random_.OneIn(2));
    agent_armed_ = true;
  }
  if (kind < 2) ++verdict_.faults;
}

void Simulation::StrikeServer() {
  const std::uint64_t kind = random_.Below(faults_.disk_errors ? 5 : 3);
  if (kind == 0) {
    Note("the server is killed");
    if (server_.running()) server_.Kill();
  } else if (kind == 1) {
    Note("the server's power is cut");
    server_.CutPower();
  } else {
    const std::uint64_t nth = 1 + random_.Below(6);
    const bool of_days = kind > 2 && random_.OneIn(3);
    Note(absl::StrCat(
        of_days ? "the disk of day files: " : "the server's disk: ", kFaultNames[kind], nth));
    Arm(of_days ? server_.day_disk() : server_.disk(), kind, nth, random_.OneIn(2));
    (of_days ? day_armed_ : server_armed_) = true;
  }
  if (kind < 2) ++verdict_.faults;
}

void Simulation::Arm(CrashVfs& disk, std::uint64_t kind, std::uint64_t nth, bool either) {
  if (kind == 2) {
    either ? disk.CutPowerAtSync(nth) : disk.CutPowerAtWrite(nth);
  } else if (kind == 3) {
    disk.Fail(either ? CrashVfs::Fault::kSync : CrashVfs::Fault::kInputOutput, nth,
              CrashVfs::Persistence::kOnce);
  } else {
    disk.Fail(CrashVfs::Fault::kDiskFull, nth, CrashVfs::Persistence::kOnce);
  }
}

// A fault that waited in a disk counts when it has struck.
void Simulation::CountFired() {
  if (agent_armed_ && (agent_.disk().power_was_cut() || agent_.disk().fault_fired())) {
    ++verdict_.faults;
    agent_armed_ = false;
  }
  if (server_armed_ && (server_.disk().power_was_cut() || server_.disk().fault_fired())) {
    ++verdict_.faults;
    server_armed_ = false;
  }
  if (day_armed_ && server_.day_disk().fault_fired()) {
    ++verdict_.faults;
    day_armed_ = false;
  }
}

void Simulation::Restore() {
  const bool of_agent = random_.OneIn(2);
  if (of_agent && faults_.agent_restore) {
    if (!agent_.has_backup() || random_.OneIn(3)) {
      Note("the agent is backed up");
      agent_.BackUp();
    } else {
      Note("the agent is restored");
      ++verdict_.faults;
      while (!server_.running()) server_.Start();
      agent_.Restore(server_.Lines(), faults_.machine_restore);
    }
  } else if (!of_agent && faults_.server_restore) {
    if (!server_.has_backup() || random_.OneIn(3)) {
      Note("the server is backed up");
      server_.BackUp();
    } else {
      Note("the server is restored");
      ++verdict_.faults;
      server_.Restore();
      while (!server_.Start()) {
      }
      const StoredLines left = server_.Lines();
      for (const LineId id : record_.orphans) {
        if (!left.contains(id)) record_.excused.insert(id);
      }
    }
  }
}

bool Simulation::ComeToRest() {
  for (int round = 0; round < kRestRounds; ++round) {
    clock_.Advance(absl::Milliseconds(500));
    agent_.CheckHealth();
    if (server_.running() && server_.disk().power_was_cut()) server_.Kill();
    if (!agent_.running()) agent_.Start();
    if (!server_.running()) server_.Start();
    agent_.ReadFile(4);
    agent_.Tick();
    while (network_.HasForServer()) server_.Receive(network_.TakeForServer());
    server_.Commit();
    server_.Seal(false, false);
    while (agent_.running() && network_.HasForAgent()) {
      network_.HandToAgent(agent_.forwarder(), server_.running());
    }
    if (agent_.AtRest() && network_.quiet() && server_.AtRest() && server_.RefillingGaps() == 0)
      return true;
  }
  return false;
}

void Simulation::Judge() {
  if (random_.OneIn(2)) server_.Seal(true, false);
  const StoredLines searchable = server_.Lines();
  server_.Kill();
  if (!server_.Start()) {
    verdict_.violation = absl::StrCat("the server does not start again: ", server_.death());
  } else if (server_.MissesBlocks()) {
    verdict_.violation = "the ledger names a block that is not there";
  } else if (server_.Lines() != searchable) {
    verdict_.violation = "what was searchable is not what a restart finds";
  } else if (record_.doubtful.empty() &&
             server_.RowsOfWindow() != static_cast<std::int64_t>(searchable.size())) {
    verdict_.violation =
        absl::StrCat("a rule counted ", server_.RowsOfWindow(), " rows of ", searchable.size());
  } else {
    JudgeLines();
  }
}

void Simulation::JudgeCopies() {
  for (const auto& [id, copies] : server_.Lines()) {
    if (copies > 1 && !record_.doubtful.contains(id)) {
      verdict_.violation = absl::StrCat("line ", id, " is stored ", copies, " times");
    }
  }
}

void Simulation::JudgeLines() {
  const StoredLines stored = server_.Lines();
  std::vector<LineId> required = record_.file;
  for (const LineId id : record_.datagrams) {
    if (!record_.excused.contains(id)) required.push_back(id);
  }
  std::size_t missing = 0;
  LineId first_missing = 0;
  for (const LineId id : required) {
    if (stored.contains(id)) continue;
    if (missing++ == 0) first_missing = id;
  }
  const std::int64_t declared = server_.DeclaredRows();
  verdict_.lines = stored.size();
  verdict_.sealed = server_.SealedRows();
  JudgeCopies();
  verdict_.declared = static_cast<std::size_t>(declared);
  if (static_cast<std::int64_t>(missing) > declared) {
    verdict_.violation = absl::StrCat(missing, " lines are missing (line ", first_missing,
                                      " is the first), ", declared, " are declared");
  } else if (!faults_.server_restore && !faults_.agent_restore && declared > 0) {
    verdict_.violation =
        absl::StrCat(declared, " lines are declared lost, though no disk went back in time");
  }
}

}  // namespace dims::sim
